#include "test.h"

#include "wire/http_response_head.h"

static enum err read_text(const char *text, struct http_response_head *head)
{
    enum http_step step;

    http_response_head_start(head, 8192);
    step = http_response_head_read(head, bytes_str(text));
    assert_int_not_equal(HTTP_MORE, step);
    return head->err;
}

static void a_response_is_read_to_its_facts(void **state)
{
    const char *text = "HTTP/1.1 402 Payment Required\r\nContent-Length: 7\r\nX-A: b\r\n\r\n";
    struct http_response_head head;
    (void)state;

    assert_err(OK, read_text(text, &head));
    assert_int_equal(402, head.status);
    assert_int_equal(strlen(text), head.size);
    assert_true(head.keep_alive);
    assert_int_equal(7, head.fields.content_length);
    assert_int_equal(2, head.fields.count);
}

static void status_lines_are_judged(void **state)
{
    static const char *const good[] = { "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 \r\n\r\n",
                                        "HTTP/1.1 200\r\n\r\n",    "HTTP/1.0 200 OK\r\n\r\n",
                                        "HTTP/1.1 200  x\r\n\r\n", "HTTP/1.1 599 \xE9\r\n\r\n" };
    static const char *const bad[] = {
        "HTTP/1.1 20 OK\r\n",   "HTTP/1.1 2000 OK\r\n", "HTTP/1.1  200 OK\r\n",
        "HTTP/1.1\t200 OK\r\n", "HTTP/1.1 099 OK\r\n",  "HTTP/1.1 600 OK\r\n",
        "HTTP/1.1 2x0 OK\r\n",  "HTTP/1.1 200OK\r\n",   "HTTP/11 200 OK\r\n",
        "HTTPS/1.1 200 OK\r\n", "http/1.1 200 OK\r\n",  "\r\nHTTP/1.1 200 OK",
        "HTTP/1.1 200 OK\n",    "HTTP/1.1 200 \r\r\n",  "ICY 200 OK\r\n",
        "HTTP/1.1\r\n",
    };
    struct http_response_head head;
    (void)state;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_err(OK, read_text(good[i], &head));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_err(ERR_BAD_REQUEST, read_text(bad[i], &head));
    assert_err(ERR_BAD_VERSION, read_text("HTTP/2.0 200 OK\r\n", &head));
}

static void framing_with_two_meanings_is_refused(void **state)
{
    static const char *const bad[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: y\r\n z\r\n",
    };
    struct http_response_head head;
    (void)state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_err(ERR_BAD_REQUEST, read_text(bad[i], &head));
}

static void a_connection_lives_on_as_its_version_says(void **state)
{
    struct http_response_head head;
    (void)state;

    assert_err(OK, read_text("HTTP/1.1 200 OK\r\nConnection: x, CLOSE\r\n\r\n", &head));
    assert_false(head.keep_alive);
    assert_err(OK, read_text("HTTP/1.0 200 OK\r\n\r\n", &head));
    assert_false(head.keep_alive);
    assert_err(OK, read_text("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n", &head));
    assert_true(head.keep_alive);
}

/* RFC 9112, section 6.3. */
static void the_body_follows_from_status_and_method(void **state)
{
    static const struct {
        const char *head;
        enum http_method method;
        enum http_body_state state;
    } rows[] = {
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", HTTP_GET, HTTP_BODY_CONTENT },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", HTTP_HEAD, HTTP_BODY_DONE },
        { "HTTP/1.1 204 OK\r\nContent-Length: 5\r\n\r\n", HTTP_POST, HTTP_BODY_DONE },
        { "HTTP/1.1 304 OK\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_GET, HTTP_BODY_DONE },
        { "HTTP/1.1 103 OK\r\n\r\n", HTTP_GET, HTTP_BODY_DONE },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_GET, HTTP_BODY_CHUNK_SIZE },
        { "HTTP/1.1 200 OK\r\n\r\n", HTTP_GET, HTTP_BODY_UNTIL_CLOSE },
    };
    struct http_response_head head;
    struct http_body body;
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_err(OK, read_text(rows[i].head, &head));
        assert_err(OK, http_response_body_start(&head, rows[i].method, 5, &body));
        assert_int_equal(rows[i].state, body.state);
    }
    assert_err(OK, read_text(rows[0].head, &head));
    assert_err(ERR_TOO_LARGE, http_response_body_start(&head, HTTP_GET, 4, &body));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_response_is_read_to_its_facts),
        cmocka_unit_test(status_lines_are_judged),
        cmocka_unit_test(framing_with_two_meanings_is_refused),
        cmocka_unit_test(a_connection_lives_on_as_its_version_says),
        cmocka_unit_test(the_body_follows_from_status_and_method),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
