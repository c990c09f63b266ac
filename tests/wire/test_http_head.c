#include "feed.h"

static enum http_step read_head(const char *text, struct http_head *head)
{
    http_head_start(head, FEED_HEAD_MAX);
    return http_head_read(head, bytes_str(text));
}

static void a_head_is_read_to_its_facts(void **state)
{
    struct bytes text = bytes_lit("POST /v1/tokenize?a=b HTTP/1.1\r\n"
                                  "host: localhost:8443\r\n"
                                  "Content-Type:application/json\r\n"
                                  "Idempotency-Key: \t k 1 \r\n"
                                  "X-Empty:\r\n"
                                  "Content-Length: 0012\r\n\r\nbody");
    struct http_head head;
    struct bytes value;
    (void)state;

    http_head_start(&head, FEED_HEAD_MAX);
    assert_int_equal(HTTP_DONE, http_head_read(&head, text));
    assert_int_equal(text.size - 4, head.size);
    assert_int_equal(HTTP_POST, head.method);
    assert_bytes(bytes_lit("POST"), http_span_bytes(head.method_text, text));
    assert_bytes(bytes_lit("/v1/tokenize?a=b"), http_span_bytes(head.target, text));
    assert_bytes(bytes_lit("/v1/tokenize"), http_span_bytes(head.path, text));
    assert_bytes(bytes_lit("a=b"), http_span_bytes(head.query, text));
    assert_true(head.has_query);
    assert_int_equal(HTTP_LENGTH, head.fields.framing);
    assert_int_equal(12, head.fields.content_length);
    assert_int_equal(HTTP_EXPECT_NOTHING, head.expect);
    assert_true(head.keep_alive);
    assert_bytes(bytes_lit("localhost:8443"), http_fields_known(&head.fields, text, HTTP_HOST));
    assert_bytes(bytes_lit("k 1"), http_fields_known(&head.fields, text, HTTP_IDEMPOTENCY_KEY));
    assert_true(http_head_field(&head, text, "x-empty", &value));
    assert_int_equal(0, value.size);
    assert_false(http_head_field(&head, text, "x-none", &value));
    assert_int_equal(0, http_fields_known(&head.fields, text, HTTP_CONTENT_ENCODING).size);
}

static void the_bytes_may_move_between_two_calls(void **state)
{
    static const char text[] = "GET /a HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
    char here[64], there[64];
    struct http_head head;
    struct bytes value;
    (void)state;

    http_head_start(&head, FEED_HEAD_MAX);
    memcpy(here, text, 20);
    assert_int_equal(HTTP_MORE, http_head_read(&head, bytes_of(here, 20)));
    memcpy(there, text, sizeof(text) - 1);
    memset(here, 0, sizeof(here));
    assert_int_equal(HTTP_DONE, http_head_read(&head, bytes_of(there, sizeof(text) - 1)));
    assert_true(http_head_field(&head, bytes_of(there, sizeof(text) - 1), "X", &value));
    assert_bytes(bytes_lit("y"), value);
}

static void a_wrong_line_is_refused_without_waiting_for_the_rest(void **state)
{
    struct http_head head;
    (void)state;

    assert_int_equal(HTTP_BAD, read_head("GET / HTTP/3.0\r\n", &head));
    assert_err(ERR_BAD_VERSION, head.err);
    assert_int_equal(HTTP_BAD, read_head("GET / HTTP/1.1\r\nX : y\r\n", &head));
    assert_int_equal(HTTP_BAD, read_head("GET / HTTP/1.1\r\nHost: a b\r\n", &head));
    assert_int_equal(HTTP_BAD, read_head("GET / HTTP/1.1\r\nX: a\nb", &head));
    assert_int_equal(HTTP_BAD, read_head("\x16\x03\x01", &head));
    assert_int_equal(HTTP_BAD, http_head_read(&head, bytes_lit("GET / HTTP/1.1\r\n")));
    assert_int_equal(HTTP_MORE, read_head("GET / HTTP/1.1\r\nHost: a\r\n", &head));
}

/* So that the answer to a HEAD has no content, and to nothing else by mistake. */
static void a_refused_head_keeps_what_was_read_and_nothing_older(void **state)
{
    struct http_head head;
    (void)state;

    assert_int_equal(HTTP_BAD, read_head("HEAD / HTTP/1.1\r\nX : y\r\n", &head));
    assert_int_equal(HTTP_HEAD, head.method);
    assert_int_equal(HTTP_BAD, read_head("POST / HTTP/3.0\r\n", &head));
    assert_int_equal(HTTP_METHOD_OTHER, head.method);
    assert_false(head.keep_alive);
    assert_int_equal(0, head.path.size);
}

static void methods_are_known_by_their_exact_names(void **state)
{
    struct http_head head;
    (void)state;

    for (enum http_method method = HTTP_GET; method < HTTP_METHOD_OTHER; method++) {
        struct buf text AUTO(buf_done) = { .max = 128 };
        buf_format(&text, "%s %s HTTP/1.1\r\nHost: a\r\n\r\n", http_method_name(method),
                   method == HTTP_CONNECT ? "a:443" : "/");
        http_head_start(&head, FEED_HEAD_MAX);
        assert_int_equal(HTTP_DONE, http_head_read(&head, buf_bytes(&text)));
        assert_int_equal(method, head.method);
    }
    assert_int_equal(HTTP_DONE, read_head("get / HTTP/1.1\r\nHost: a\r\n\r\n", &head));
    assert_int_equal(HTTP_METHOD_OTHER, head.method);
    assert_int_equal(HTTP_DONE, read_head("GETS / HTTP/1.1\r\nHost: a\r\n\r\n", &head));
    assert_int_equal(HTTP_METHOD_OTHER, head.method);
    assert_int_equal(HTTP_DONE, read_head("M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n", &head));
    assert_int_equal(HTTP_METHOD_OTHER, head.method);
}

static void every_form_of_target_is_split(void **state)
{
    static const struct {
        const char *text;
        enum target_form form;
        const char *authority, *path;
        bool has_query;
    } rows[] = {
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", TARGET_ORIGIN, "", "/", false },
        { "GET //x/?? HTTP/1.1\r\nHost: a\r\n\r\n", TARGET_ORIGIN, "", "//x/", true },
        { "GET HTTPS://A.b:1/p HTTP/1.1\r\nHost: a.B:1\r\n\r\n", TARGET_ABSOLUTE, "A.b:1", "/p",
          false },
        { "GET http://a?b HTTP/1.1\r\nHost: a\r\n\r\n", TARGET_ABSOLUTE, "a", "", true },
        { "GET http://[::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n", TARGET_ABSOLUTE,
          "[::1]:8443", "", false },
        { "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", TARGET_ASTERISK, "", "", false },
        { "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", TARGET_AUTHORITY, "a:443", "", false },
        { "CONNECT [::1]:443 HTTP/1.1\r\nHost: a\r\n\r\n", TARGET_AUTHORITY, "[::1]:443", "",
          false },
    };
    struct http_head head;
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes text = bytes_str(rows[i].text);
        assert_int_equal(HTTP_DONE, read_head(rows[i].text, &head));
        assert_int_equal(rows[i].form, head.target_form);
        assert_bytes(bytes_str(rows[i].authority), http_span_bytes(head.authority, text));
        assert_bytes(bytes_str(rows[i].path), http_span_bytes(head.path, text));
        assert_int_equal(rows[i].has_query, head.has_query);
    }
}

static void connection_and_expect_are_read(void **state)
{
    static const struct {
        const char *field;
        bool keep_alive;
        enum http_expect expect;
    } rows[] = {
        { "Connection: close", false, HTTP_EXPECT_NOTHING },
        { "Connection: keep-alive, x,,CLOSE ", false, HTTP_EXPECT_NOTHING },
        { "Connection: x\r\nConnection: close", false, HTTP_EXPECT_NOTHING },
        { "Connection: keep-alive", true, HTTP_EXPECT_NOTHING },
        { "Connection: closed", true, HTTP_EXPECT_NOTHING },
        { "Expect: 100-continue", true, HTTP_EXPECT_CONTINUE },
        { "Expect: 100-CONTINUE", true, HTTP_EXPECT_CONTINUE },
        { "Expect: 100-continue\r\nExpect: 100-continue", true, HTTP_EXPECT_CONTINUE },
        { "Expect: 100-continue, x", true, HTTP_EXPECT_OTHER },
        { "Expect: 100-continue\r\nexpect: x", true, HTTP_EXPECT_OTHER },
        { "Expect:", true, HTTP_EXPECT_OTHER },
        { "Expect: 200-ok", true, HTTP_EXPECT_OTHER },
    };
    struct http_head head;
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf text AUTO(buf_done) = { .max = 256 };
        buf_format(&text, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", rows[i].field);
        http_head_start(&head, FEED_HEAD_MAX);
        assert_int_equal(HTTP_DONE, http_head_read(&head, buf_bytes(&text)));
        assert_int_equal(rows[i].keep_alive, head.keep_alive);
        assert_int_equal(rows[i].expect, head.expect);
    }
}

/* Proxies speak it to what is behind them. */
static void an_old_request_ends_its_connection(void **state)
{
    struct http_head head;
    (void)state;

    assert_int_equal(HTTP_DONE, read_head("GET / HTTP/1.0\r\n\r\n", &head));
    assert_true(head.is_old);
    assert_false(head.keep_alive);
    assert_int_equal(HTTP_DONE, read_head("POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 1\r\n"
                                          "Connection: keep-alive\r\nExpect: x\r\n\r\n",
                                          &head));
    assert_false(head.keep_alive);
    assert_int_equal(HTTP_EXPECT_NOTHING, head.expect);
    assert_int_equal(HTTP_DONE, read_head("GET http://a/ HTTP/1.0\r\n\r\n", &head));
    assert_int_equal(HTTP_BAD, read_head("GET http://a/ HTTP/1.0\r\nHost: b\r\n\r\n", &head));
    assert_int_equal(HTTP_BAD, read_head("GET / HTTP/1.0\r\nHost:\r\n\r\n", &head));
    assert_int_equal(HTTP_DONE, read_head("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &head));
    assert_false(head.is_old);
}

static void what_is_legal_is_accepted(void **state)
{
    static const char *const texts[] = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHOST:a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: \t a \t \r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a:0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a_b-c.d~e:65535\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: %41!$&'()*+;=\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [::ffff:127.0.0.1]\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "GET /a;b=c/%00%ff?x[y]=%2F&z=?/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~09Az: v\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: \"a,b\"\t;\xE9\xFF\x80\r\nX:\r\nX: \t \r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\t005 \r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \tCHUNKED\t\r\n\r\n0\r\n\r\n",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_accepted(1, bytes_str(texts[i]));
}

static void pipelined_requests_are_told_apart(void **state)
{
    (void)state;

    assert_accepted(4, bytes_lit("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
                                 "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /"
                                 "\r\nPUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                                 "\r\n5;x=\"y\"\r\nGET /\r\n0\r\nX: y\r\n\r\n"
                                 "GET /d HTTP/1.1\r\nHost: a\r\n\r\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_read_to_its_facts),
        cmocka_unit_test(the_bytes_may_move_between_two_calls),
        cmocka_unit_test(a_wrong_line_is_refused_without_waiting_for_the_rest),
        cmocka_unit_test(a_refused_head_keeps_what_was_read_and_nothing_older),
        cmocka_unit_test(methods_are_known_by_their_exact_names),
        cmocka_unit_test(every_form_of_target_is_split),
        cmocka_unit_test(connection_and_expect_are_read),
        cmocka_unit_test(an_old_request_ends_its_connection),
        cmocka_unit_test(what_is_legal_is_accepted),
        cmocka_unit_test(pipelined_requests_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
