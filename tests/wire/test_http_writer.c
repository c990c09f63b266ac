#include "test.h"

#include "wire/http_writer.h"

static void an_answer_has_its_fields_in_order(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 1024 };
    struct http_date date = { 0 };
    (void)state;

    http_date_set(&date, 784111777000); /* the example of RFC 9110, section 5.6.7 */
    http_write_answer(&out, &(struct http_answer){ .status = 404,
                                                   .date = date.text,
                                                   .content_type = "application/problem+json",
                                                   .content_length = 7,
                                                   .request_id = bytes_lit("r1"),
                                                   .close = true,
                                                   .fields = bytes_lit("Allow: GET\r\n") });
    assert_bytes(bytes_lit("HTTP/1.1 404 Not Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                           "Content-Type: application/problem+json\r\nContent-Length: 7\r\n"
                           "Pangate-Request-Id: r1\r\nConnection: close\r\nAllow: GET\r\n\r\n"),
                 buf_bytes(&out));
}

static struct bytes answer_of(struct buf *out, int status, enum http_answer_body body)
{
    buf_clear(out);
    http_write_answer(out, &(struct http_answer){ .status = status,
                                                  .date = "now",
                                                  .body = body,
                                                  .close = body == HTTP_ANSWER_UNTIL_CLOSE });
    assert_err(OK, buf_check(out));
    return buf_bytes(out);
}

/* RFC 9110, section 8.6; RFC 9112, section 6.1. */
static void framing_follows_from_status_and_body(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 1024 };
    (void)state;

    assert_bytes(bytes_lit("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 0\r\n\r\n"),
                 answer_of(&out, 200, HTTP_ANSWER_LENGTH));
    assert_bytes(bytes_lit("HTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\n\r\n"),
                 answer_of(&out, 200, HTTP_ANSWER_CHUNKED));
    assert_bytes(bytes_lit("HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\n"),
                 answer_of(&out, 200, HTTP_ANSWER_UNTIL_CLOSE));
    assert_bytes(bytes_lit("HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n"),
                 answer_of(&out, 204, HTTP_ANSWER_LENGTH));
    assert_bytes(bytes_lit("HTTP/1.1 304 Not Modified\r\nDate: now\r\n\r\n"),
                 answer_of(&out, 304, HTTP_ANSWER_CHUNKED));
    assert_bytes(bytes_lit("HTTP/1.1 599 \r\nDate: now\r\nContent-Length: 0\r\n\r\n"),
                 answer_of(&out, 599, HTTP_ANSWER_LENGTH));
}

static void every_status_of_an_error_has_its_reason(void **state)
{
    (void)state;

    for (enum err err = OK; err < ERR_COUNT; err++)
        assert_string_not_equal("", http_reason(err_http(err)));
    assert_string_equal("", http_reason(299));
}

static void values_cannot_begin_a_line_of_their_own(void **state)
{
    static const struct bytes bad[] = {
        bytes_lit("a\r\nX: y"), bytes_lit("a\nb"), bytes_lit("a\rb"), bytes_lit("a\r"),
        bytes_lit("a\r\n"),     bytes_lit("a\0b"), bytes_lit("\x7F"), bytes_lit("\n"),
    };
    (void)state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct buf out AUTO(buf_done) = { .max = 64 };
        http_write_field(&out, "X", bad[i]);
        assert_err(ERR_LIMIT, buf_check(&out));
        assert_int_equal(0, out.size);
    }
}

static void names_from_elsewhere_must_be_tokens(void **state)
{
    static const struct bytes bad[] = { bytes_lit(""), bytes_lit("a b"), bytes_lit("a:"),
                                        bytes_lit("a\r\nb") };
    struct buf out AUTO(buf_done) = { .max = 64 };
    (void)state;

    http_write_field_named(&out, bytes_lit("X-A"), bytes_lit("b\tc \xE9"));
    assert_bytes(bytes_lit("X-A: b\tc \xE9\r\n"), buf_bytes(&out));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        buf_clear(&out);
        http_write_field_named(&out, bad[i], bytes_lit("v"));
        assert_err(ERR_LIMIT, buf_check(&out));
    }
}

static void write_bad_name(void *argument)
{
    http_write_field_str(argument, "a b", "c");
}

static void a_name_of_ours_that_is_no_token_is_a_broken_promise(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 64 };
    (void)state;

    assert_true(aborts(write_bad_name, &out));
}

static void a_request_line_holds_what_a_uri_may_hold(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 64 };
    (void)state;

    http_write_request_line(&out, bytes_lit("POST"), bytes_lit("/v1/a%20b?c[d]=e"));
    http_write_field_number(&out, "Content-Length", 12);
    http_write_head_end(&out);
    assert_bytes(bytes_lit("POST /v1/a%20b?c[d]=e HTTP/1.1\r\nContent-Length: 12\r\n\r\n"),
                 buf_bytes(&out));
    buf_clear(&out);
    http_write_request_line(&out, bytes_lit("POST"), bytes_lit("/ HTTP/1.1\r\nX: y"));
    assert_err(ERR_LIMIT, buf_check(&out));
    buf_clear(&out);
    http_write_request_line(&out, bytes_lit("PO ST"), bytes_lit("/"));
    assert_err(ERR_LIMIT, buf_check(&out));
}

static void chunks_have_their_size_in_front(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 64 };
    (void)state;

    http_write_chunk(&out, bytes_lit("0123456789abcdef"));
    http_write_chunk(&out, bytes_lit(""));
    http_write_last_chunk(&out);
    assert_bytes(bytes_lit("10\r\n0123456789abcdef\r\n0\r\n\r\n"), buf_bytes(&out));
}

static void the_date_changes_with_the_second(void **state)
{
    struct http_date date = { 0 };
    (void)state;

    http_date_set(&date, 0);
    assert_string_equal("Thu, 01 Jan 1970 00:00:00 GMT", date.text);
    http_date_set(&date, 999);
    assert_string_equal("Thu, 01 Jan 1970 00:00:00 GMT", date.text);
    http_date_set(&date, 1000);
    assert_string_equal("Thu, 01 Jan 1970 00:00:01 GMT", date.text);
    http_date_set(&date, 1709164800000);
    assert_string_equal("Thu, 29 Feb 2024 00:00:00 GMT", date.text);
}

static void continue_is_a_head_alone(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 64 };
    (void)state;

    http_write_continue(&out);
    assert_bytes(bytes_lit("HTTP/1.1 100 Continue\r\n\r\n"), buf_bytes(&out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_has_its_fields_in_order),
        cmocka_unit_test(framing_follows_from_status_and_body),
        cmocka_unit_test(every_status_of_an_error_has_its_reason),
        cmocka_unit_test(values_cannot_begin_a_line_of_their_own),
        cmocka_unit_test(names_from_elsewhere_must_be_tokens),
        cmocka_unit_test(a_name_of_ours_that_is_no_token_is_a_broken_promise),
        cmocka_unit_test(a_request_line_holds_what_a_uri_may_hold),
        cmocka_unit_test(chunks_have_their_size_in_front),
        cmocka_unit_test(the_date_changes_with_the_second),
        cmocka_unit_test(continue_is_a_head_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
