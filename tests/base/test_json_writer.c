#include "test.h"

#include "base/json_writer.h"

static void members_and_elements_are_separated_by_commas(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 1000 };
    struct json_writer json = json_writer_on(&out);

    (void)state;
    json_open(&json, NULL, '{');
    json_str(&json, "a", "x");
    json_open(&json, "list", '[');
    json_number(&json, NULL, 1);
    json_open(&json, NULL, '{');
    json_close(&json, '}');
    json_bool(&json, NULL, false);
    json_close(&json, ']');
    json_bool(&json, "b", true);
    json_text_named(&json, bytes_lit("n\"n"), bytes_lit("v"));
    json_raw(&json, "r", bytes_lit("[null]"));
    json_close(&json, '}');
    assert_err(OK, buf_check(&out));
    assert_bytes(bytes_lit("{\"a\":\"x\",\"list\":[1,{},false],\"b\":true,\"n\\\"n\":\"v\","
                           "\"r\":[null]}"),
                 buf_bytes(&out));
}

static void numbers_keep_every_digit(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 1000 };
    struct json_writer json = json_writer_on(&out);

    (void)state;
    json_open(&json, NULL, '[');
    json_number(&json, NULL, INT64_MIN);
    json_number(&json, NULL, INT64_MAX);
    json_number(&json, NULL, 0);
    json_decimal_string(&json, NULL, UINT64_MAX);
    json_close(&json, ']');
    assert_bytes(bytes_lit("[-9223372036854775808,9223372036854775807,0,"
                           "\"18446744073709551615\"]"),
                 buf_bytes(&out));
}

#define REPLACED "\xEF\xBF\xBD"

static const struct vector {
    struct bytes in;
    const char *out;
} escapes[] = {
    /* RFC 8259, section 7 */
    { bytes_lit("a\"b\\c/d"), "a\\\"b\\\\c/d" },
    { bytes_lit("\0\x1F\n\t\x7F"), "\\u0000\\u001f\\u000a\\u0009\\u007f" },
    /* RFC 3629, section 4: the shortest and longest of each size */
    { bytes_lit("\xC2\x80\xDF\xBF"), "\xC2\x80\xDF\xBF" },
    { bytes_lit("\xE0\xA0\x80\xEF\xBF\xBF"), "\xE0\xA0\x80\xEF\xBF\xBF" },
    { bytes_lit("\xED\x9F\xBF\xEE\x80\x80"), "\xED\x9F\xBF\xEE\x80\x80" },
    { bytes_lit("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"), "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF" },
    /* RFC 3629, section 3: overlong, surrogates, beyond U+10FFFF, cut off, lone */
    { bytes_lit("\xC0\xAF"), REPLACED REPLACED },
    { bytes_lit("\xC1\xBF"), REPLACED REPLACED },
    { bytes_lit("\xE0\x9F\xBF"), REPLACED REPLACED REPLACED },
    { bytes_lit("\xED\xA0\x80"), REPLACED REPLACED REPLACED },
    { bytes_lit("\xF0\x8F\xBF\xBF"), REPLACED REPLACED REPLACED REPLACED },
    { bytes_lit("\xF4\x90\x80\x80"), REPLACED REPLACED REPLACED REPLACED },
    { bytes_lit("\xF5"), REPLACED },
    { bytes_lit("\x80"), REPLACED },
    { bytes_lit("x\xE2\x82"), "x" REPLACED REPLACED },
    { bytes_lit("\xE2\x82x"), REPLACED REPLACED "x" },
};

static void strings_come_out_as_ascii_safe_utf8(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 1000 };

    (void)state;
    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
        buf_clear(&out);
        json_escape(&out, escapes[i].in);
        assert_bytes(bytes_str(escapes[i].out), buf_bytes(&out));
    }
}

static void an_empty_string_is_two_quotes(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 1000 };
    struct json_writer json = json_writer_on(&out);

    (void)state;
    json_text(&json, NULL, bytes_of(NULL, 0));
    assert_bytes(bytes_lit("\"\""), buf_bytes(&out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_and_elements_are_separated_by_commas),
        cmocka_unit_test(numbers_keep_every_digit),
        cmocka_unit_test(strings_come_out_as_ascii_safe_utf8),
        cmocka_unit_test(an_empty_string_is_two_quotes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
