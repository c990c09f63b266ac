#include "test.h"

#include "wire/http_fields.h"

static enum err add(struct http_fields *fields, struct bytes line)
{
    return http_fields_add(fields, line, (struct http_span){ 0, (uint16_t)line.size });
}

static enum err add_two(const char *one, const char *two)
{
    struct http_fields fields;

    http_fields_start(&fields);
    TRY(add(&fields, bytes_str(one)));
    return add(&fields, bytes_str(two));
}

static void values_lose_the_white_space_around_them(void **state)
{
    struct bytes line = bytes_lit("X-One: \t a b\t ");
    struct http_fields fields;
    (void)state;

    http_fields_start(&fields);
    assert_err(OK, add(&fields, line));
    assert_bytes(bytes_lit("X-One"), http_span_bytes(fields.at[0].name, line));
    assert_bytes(bytes_lit("a b"), http_span_bytes(fields.at[0].value, line));
    assert_int_equal(0, http_fields_find(&fields, line, "x-ONE", 0));
    assert_int_equal(1, http_fields_find(&fields, line, "x-ONE", 1));
}

static void known_fields_are_found_in_any_case(void **state)
{
    static const char *const lines[HTTP_KNOWN_COUNT] = {
        [HTTP_HOST] = "hOST:v",
        [HTTP_EXPECT] = "EXPECT:v",
        [HTTP_CONNECTION] = "connection:v",
        [HTTP_TRACEPARENT] = "TraceParent:v",
        [HTTP_CONTENT_TYPE] = "content-TYPE:v",
        [HTTP_CONTENT_LENGTH] = "Content-Length:7",
        [HTTP_IDEMPOTENCY_KEY] = "Idempotency-Key:v",
        [HTTP_CONTENT_ENCODING] = "CONTENT-ENCODING:v",
        [HTTP_TRANSFER_ENCODING] = "transfer-encoding:CHUNKED",
    };
    (void)state;

    for (enum http_known known = 0; known < HTTP_KNOWN_COUNT; known++) {
        struct http_fields fields;
        http_fields_start(&fields);
        assert_err(OK, add(&fields, bytes_str(lines[known])));
        assert_true(http_fields_have(&fields, known));
        assert_true(http_fields_known(&fields, bytes_str(lines[known]), known).size > 0);
    }
}

static void fields_that_must_stand_alone_are_refused_in_pairs(void **state)
{
    (void)state;

    assert_err(ERR_BAD_REQUEST, add_two("Host: a", "host: a"));
    assert_err(ERR_BAD_REQUEST, add_two("Content-Length: 1", "Content-Length: 1"));
    assert_err(ERR_BAD_REQUEST, add_two("Transfer-Encoding: chunked", "Content-Length: 1"));
    assert_err(ERR_BAD_REQUEST, add_two("Content-Length: 0", "Transfer-Encoding: chunked"));
    assert_err(ERR_BAD_REQUEST,
               add_two("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"));
    assert_err(ERR_BAD_REQUEST, add_two("Content-Type: a/b", "Content-Type: a/b"));
    assert_err(ERR_BAD_REQUEST, add_two("Idempotency-Key: a", "Idempotency-Key: a"));
    assert_err(OK, add_two("Connection: a", "Connection: b"));
    assert_err(OK, add_two("X: a", "X: a"));
}

static void the_65th_field_is_too_many(void **state)
{
    struct http_fields fields;
    (void)state;

    http_fields_start(&fields);
    for (int i = 0; i < HTTP_FIELDS_MAX; i++)
        assert_err(OK, add(&fields, bytes_lit("a:b")));
    assert_err(ERR_HEAD_TOO_LARGE, add(&fields, bytes_lit("a:b")));
}

static void a_length_is_digits_and_fits(void **state)
{
    static const char *const bad[] = { "",
                                       "+1",
                                       "-1",
                                       "1 2",
                                       "1,1",
                                       "0x1",
                                       "1.0",
                                       "1e3",
                                       " 1",
                                       "1 ",
                                       "18446744073709551616",
                                       "99999999999999999999999" };
    uint64_t length = 1;
    (void)state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_err(ERR_BAD_REQUEST, http_read_length(bytes_str(bad[i]), &length));
    assert_int_equal(1, length);
    assert_err(OK, http_read_length(bytes_lit("18446744073709551615"), &length));
    assert_true(length == UINT64_MAX);
    assert_err(OK, http_read_length(bytes_lit("000"), &length));
    assert_int_equal(0, length);
}

/* RFC 9110, section 7.6.1 */
static void a_connection_field_names_fields_of_one_connection(void **state)
{
    static const char text[] = "Connection: close, X-Hop\r\nX-Own: 1\r\ncONNECTION:\tx-other ,";
    const struct bytes all = bytes_lit(text);
    struct http_fields fields;
    (void)state;

    http_fields_start(&fields);
    assert_err(OK, http_fields_add(&fields, all, (struct http_span){ 0, 24 }));
    assert_err(OK, http_fields_add(&fields, all, (struct http_span){ 26, 8 }));
    assert_err(OK, http_fields_add(&fields, all,
                                   (struct http_span){ 36, (uint16_t)(sizeof(text) - 1 - 36) }));
    assert_true(http_connection_names(&fields, all, bytes_lit("x-hop")));
    assert_true(http_connection_names(&fields, all, bytes_lit("X-Other")));
    assert_false(http_connection_names(&fields, all, bytes_lit("X-Own")));
    assert_false(http_connection_names(&fields, all, bytes_lit("X-Ho")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_lose_the_white_space_around_them),
        cmocka_unit_test(known_fields_are_found_in_any_case),
        cmocka_unit_test(fields_that_must_stand_alone_are_refused_in_pairs),
        cmocka_unit_test(the_65th_field_is_too_many),
        cmocka_unit_test(a_length_is_digits_and_fits),
        cmocka_unit_test(a_connection_field_names_fields_of_one_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
