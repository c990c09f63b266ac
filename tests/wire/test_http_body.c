#include "feed.h"

static const char chunked_head[] =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

static struct bytes with_head(struct buf *text, struct bytes body)
{
    buf_clear(text);
    buf_add_str(text, chunked_head);
    buf_add(text, body);
    assert_err(OK, buf_check(text));
    return buf_bytes(text);
}

static void content_ends_where_its_length_says(void **state)
{
    struct http_fields fields = { .framing = HTTP_LENGTH, .content_length = 5 };
    struct buf out AUTO(buf_done) = { .max = 64 };
    struct http_body body;
    size_t used;
    (void)state;

    assert_err(OK, http_body_start(&body, &fields, 5));
    assert_int_equal(HTTP_MORE, http_body_read(&body, bytes_lit("he"), &out, &used));
    assert_int_equal(2, used);
    assert_int_equal(HTTP_DONE, http_body_read(&body, bytes_lit("lloGET"), &out, &used));
    assert_int_equal(3, used);
    assert_bytes(bytes_lit("hello"), buf_bytes(&out));
    assert_int_equal(HTTP_DONE, http_body_read(&body, bytes_lit("GET"), &out, &used));
    assert_int_equal(0, used);
}

static void a_length_over_the_limit_is_refused_before_the_body(void **state)
{
    struct http_fields fields = { .framing = HTTP_LENGTH, .content_length = 6 };
    struct http_body body;
    size_t used;
    (void)state;

    assert_err(ERR_TOO_LARGE, http_body_start(&body, &fields, 5));
    assert_int_equal(HTTP_BAD, http_body_read(&body, bytes_lit("x"), NULL, &used));
    assert_int_equal(0, used);
    fields.content_length = UINT64_MAX;
    assert_err(ERR_TOO_LARGE, http_body_start(&body, &fields, 5));
}

static void no_body_is_done_at_once(void **state)
{
    struct http_fields fields = { .framing = HTTP_NO_BODY };
    struct http_body body;
    size_t used = 1;
    (void)state;

    assert_err(OK, http_body_start(&body, &fields, 5));
    assert_int_equal(HTTP_DONE, http_body_read(&body, bytes_lit("GET"), NULL, &used));
    assert_int_equal(0, used);
}

static void chunks_are_put_together(void **state)
{
    struct http_fields fields = { .framing = HTTP_CHUNKED };
    struct bytes text = bytes_lit("5;a=b\r\nhello\r\n0A\r\n, world...\r\n000\r\nX: y\r\n\r\nGET");
    struct buf out AUTO(buf_done) = { .max = 64 };
    struct http_body body;
    size_t used;
    (void)state;

    assert_err(OK, http_body_start(&body, &fields, 64));
    assert_int_equal(HTTP_DONE, http_body_read(&body, text, &out, &used));
    assert_int_equal(text.size - 3, used);
    assert_bytes(bytes_lit("hello, world..."), buf_bytes(&out));
}

static void a_body_can_be_read_over(void **state)
{
    struct http_fields fields = { .framing = HTTP_CHUNKED };
    struct http_body body;
    size_t used;
    (void)state;

    assert_err(OK, http_body_start(&body, &fields, 64));
    assert_int_equal(HTTP_DONE,
                     http_body_read(&body, bytes_lit("1\r\na\r\n0\r\n\r\n"), NULL, &used));
    assert_int_equal(11, used);
}

static void legal_chunks_are_accepted(void **state)
{
    static const char *const bodies[] = {
        "0\r\n\r\n",
        "0000\r\n\r\n",
        "a\r\n0123456789\r\n0\r\n\r\n",
        "A\r\n0123456789\r\n0\r\n\r\n",
        "00000000000000000000000000000000005\r\nhello\r\n0\r\n\r\n",
        "5;a\r\nhello\r\n0;b=c\r\n\r\n",
        "5 ; a = b\r\nhello\r\n0\r\n\r\n",
        "1;a=\"b;\\\"\\\\\t\xE9\";c\r\nx\r\n0\r\n\r\n",
        "0\r\nX: y\r\nZ:\r\n\r\n",
    };
    struct buf text AUTO(buf_done) = { .max = 8192 };
    (void)state;

    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        assert_accepted(1, with_head(&text, bytes_str(bodies[i])));
}

static void chunk_sizes_are_judged_to_the_letter(void **state)
{
    static const char *const lines[] = {
        "",           "0x5",     "+5",       "-5",
        " 5",         "5 ",      "5\t",      "5;",
        "5 a",        "5 ;",     "5;;a",     "5;a;",
        "g",          "5g",      "5,",       "5.0",
        "\"5\"",      "5;=b",    "5;a=",     "5;a= ",
        "5;a=b c",    "5;a b",   "5;a=\"b",  "5;a=\"b\\",
        "5;a=\"b\"c", "5;a=b\"", "5;@=b",    "5;a=@",
        "5; ",        "x",       ";a",       "5;a=\"\x80\"\"",
        "0;",         "0 ",      "0x0",      "5;a==b",
        "5/",         "5;a,b",   "\xD9\xA5",
    };
    struct buf text AUTO(buf_done) = { .max = 8192 };
    (void)state;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        with_head(&text, bytes_str(lines[i]));
        buf_add_str(&text, "\r\n");
        assert_refused(ERR_BAD_REQUEST, buf_bytes(&text));
    }
}

static void every_byte_beside_a_chunk_size_is_judged(void **state)
{
    struct buf text AUTO(buf_done) = { .max = 8192 };
    (void)state;

    for (unsigned byte = 0; byte < 256; byte++) {
        const uint8_t after[] = { '5', (uint8_t)byte, '\r', '\n' };
        const uint8_t before[] = { (uint8_t)byte, '5', '\r', '\n' };
        if (!http_is((uint8_t)byte, HTTP_HEX)) {
            assert_refused(ERR_BAD_REQUEST, with_head(&text, bytes_of(after, 4)));
            assert_refused(ERR_BAD_REQUEST, with_head(&text, bytes_of(before, 4)));
        }
    }
}

static void chunk_ends_are_judged_to_the_letter(void **state)
{
    static const char *const bodies[] = {
        "5\nhello",
        "5\rhello",
        "5\r\r\n",
        "5\r\nhello\n",
        "5\r\nhello0",
        "5\r\nhello\r0",
        "5\r\nhello \r\n",
        "5\r\nhello\r\r\n",
        "5\r\nhello\r\n\r\n",
        "5\r\nhellox",
        "4\r\nhello\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "0\r\n\n",
        "0\r\n\rX",
        "0\n\r\n",
        "0\r\n X: y\r\n",
        "0\r\nX : y\r\n",
        "0\r\nX\r\n",
        "0\r\n: y\r\n",
        "0\r\nX: a\x01\r\n",
        "0\r\nX: y\n",
        "0\r\nX: y\r\n z\r\n",
        "0\r\nGET / HTTP/1.1\r\n",
    };
    struct buf text AUTO(buf_done) = { .max = 8192 };
    (void)state;

    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        assert_refused(ERR_BAD_REQUEST, with_head(&text, bytes_str(bodies[i])));
}

static void chunks_over_the_limit_are_refused_at_their_size(void **state)
{
    struct buf text AUTO(buf_done) = { .max = 16384 };
    (void)state;

    assert_refused(ERR_TOO_LARGE, with_head(&text, bytes_lit("1001\r\n")));
    assert_refused(ERR_TOO_LARGE, with_head(&text, bytes_lit("ffffffffffffffff\r\n")));
    assert_refused(ERR_TOO_LARGE, with_head(&text, bytes_lit("10000000000000000\r\n")));
    assert_refused(ERR_TOO_LARGE, with_head(&text, bytes_lit("fffffffffffffffff1\r\n")));
    assert_refused(ERR_TOO_LARGE, with_head(&text, bytes_lit("1\r\nx\r\n1000\r\n")));
    with_head(&text, bytes_lit("1000\r\n"));
    for (int i = 0; i < FEED_BODY_MAX; i++)
        buf_add_u8(&text, 'x');
    buf_add_str(&text, "\r\n0\r\n\r\n");
    assert_accepted(1, buf_bytes(&text));
}

static void a_chunk_size_does_not_overflow(void **state)
{
    struct http_fields fields = { .framing = HTTP_CHUNKED };
    struct http_body body;
    size_t used;
    (void)state;

    assert_err(OK, http_body_start(&body, &fields, UINT64_MAX));
    assert_int_equal(HTTP_BAD,
                     http_body_read(&body, bytes_lit("10000000000000005\r\n"), NULL, &used));
    assert_err(ERR_TOO_LARGE, body.err);
}

static void extensions_and_trailers_are_bounded(void **state)
{
    struct buf text AUTO(buf_done) = { .max = 65536 };
    (void)state;

    with_head(&text, bytes_lit("1;"));
    for (int i = 0; i < HTTP_CHUNK_LINE_MAX; i++)
        buf_add_u8(&text, 'x');
    assert_refused(ERR_BAD_REQUEST, buf_bytes(&text));

    with_head(&text, bytes_lit(""));
    for (int i = 0; i < HTTP_CHUNK_EXTENSIONS_MAX / 8 + 1; i++)
        buf_add_str(&text, "1;aaaaaaa\r\nx\r\n");
    assert_refused(ERR_BAD_REQUEST, buf_bytes(&text));

    with_head(&text, bytes_lit("0\r\n"));
    for (int i = 0; i < HTTP_TRAILERS_MAX / 4 + 1; i++)
        buf_add_str(&text, "X: y\r\n");
    assert_refused(ERR_BAD_REQUEST, buf_bytes(&text));
}

static void a_response_without_framing_is_bounded(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 64 };
    struct http_body body;
    size_t used;
    (void)state;

    http_body_start_until_close(&body, 5);
    assert_int_equal(HTTP_MORE, http_body_read(&body, bytes_lit("hel"), &out, &used));
    assert_int_equal(3, used);
    assert_int_equal(HTTP_MORE, http_body_read(&body, bytes_lit("lo"), &out, &used));
    assert_bytes(bytes_lit("hello"), buf_bytes(&out));
    assert_int_equal(HTTP_BAD, http_body_read(&body, bytes_lit("!"), &out, &used));
    assert_err(ERR_TOO_LARGE, body.err);
}

static void a_full_buffer_is_an_error_of_its_own(void **state)
{
    struct http_fields fields = { .framing = HTTP_LENGTH, .content_length = 5 };
    struct buf out AUTO(buf_done) = { .max = 4 };
    struct http_body body;
    size_t used;
    (void)state;

    assert_err(OK, http_body_start(&body, &fields, 5));
    assert_int_equal(HTTP_BAD, http_body_read(&body, bytes_lit("hello"), &out, &used));
    assert_err(ERR_LIMIT, body.err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_ends_where_its_length_says),
        cmocka_unit_test(a_length_over_the_limit_is_refused_before_the_body),
        cmocka_unit_test(no_body_is_done_at_once),
        cmocka_unit_test(chunks_are_put_together),
        cmocka_unit_test(a_body_can_be_read_over),
        cmocka_unit_test(legal_chunks_are_accepted),
        cmocka_unit_test(chunk_sizes_are_judged_to_the_letter),
        cmocka_unit_test(every_byte_beside_a_chunk_size_is_judged),
        cmocka_unit_test(chunk_ends_are_judged_to_the_letter),
        cmocka_unit_test(chunks_over_the_limit_are_refused_at_their_size),
        cmocka_unit_test(a_chunk_size_does_not_overflow),
        cmocka_unit_test(extensions_and_trailers_are_bounded),
        cmocka_unit_test(a_response_without_framing_is_bounded),
        cmocka_unit_test(a_full_buffer_is_an_error_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
