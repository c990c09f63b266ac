#include "test.h"

#include <jansson.h>

#include "relay/substitute.h"

#define TOKEN "9480231174061112"

static struct card card_of(const char *number, struct expiry expiry, const char *name)
{
    struct card card = { .expiry = expiry };

    assert_err(OK, pan_parse(bytes_str(number), &card.pan));
    assert_err(OK, card_set_name(&card, bytes_str(name)));
    return card;
}

static void each_part_of_a_card_has_its_value(void **state)
{
    static const struct {
        enum mark_part part;
        const char *value;
    } cases[] = {
        { MARK_NUMBER, "4111111111111111" }, { MARK_EXP_MONTH, "03" },
        { MARK_EXP_YEAR, "2009" },           { MARK_EXP_YY, "09" },
        { MARK_NAME, "Zo\xC3\xAB" },
    };
    struct card card AUTO(card_wipe) =
        card_of("4111 1111 1111 1111", (struct expiry){ 3, 2009 }, "Zo\xC3\xAB");
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf value AUTO(buf_done) = { .max = CARD_NAME_MAX };
        assert_err(OK, mark_value(cases[i].part, &card, &value));
        assert_bytes(bytes_str(cases[i].value), buf_bytes(&value));
    }
}

static void what_a_card_does_not_have_is_refused(void **state)
{
    struct card card AUTO(card_wipe) = card_of("4111111111111111", (struct expiry){ 0 }, "");
    struct buf value AUTO(buf_done) = { .max = CARD_NAME_MAX };
    (void)state;

    assert_err(ERR_BAD_MARK, mark_value(MARK_EXP_MONTH, &card, &value));
    assert_err(ERR_BAD_MARK, mark_value(MARK_EXP_YEAR, &card, &value));
    assert_err(ERR_BAD_MARK, mark_value(MARK_EXP_YY, &card, &value));
    assert_err(ERR_CVC_GONE, mark_value(MARK_CVC, &card, &value));
    assert_int_equal(0, value.size);
    assert_err(OK, mark_value(MARK_NAME, &card, &value));
    assert_int_equal(0, value.size);
}

static enum err put(const char *text, enum content content, const char *value, struct buf *out)
{
    struct marks marks = { 0 };
    struct bytes values[MARKS_MAX];

    assert_err(OK, marks_find(bytes_str(text), content, &marks));
    for (size_t i = 0; i < marks.count; i++)
        values[i] = bytes_str(value);
    return substitute(bytes_str(text), &marks, values, out);
}

static void values_are_escaped_for_where_they_land(void **state)
{
    static const struct {
        enum content content;
        const char *text, *value, *result;
    } cases[] = {
        { CONTENT_JSON, "{\"n\":\"{{" TOKEN "}}\"}", "4111", "{\"n\":\"4111\"}" },
        { CONTENT_JSON, "{\"n\":\"{{" TOKEN ".name}}\"}", "a\"\\\n\xC3\xAB",
          "{\"n\":\"a\\\"\\\\\\u000a\xC3\xAB\"}" },
        { CONTENT_JSON, "{\"n\":{{" TOKEN "}}}", "4111", "{\"n\":4111}" },
        { CONTENT_JSON, "{\"n\":{{" TOKEN ".name}}}", "a\"", "{\"n\":\"a\\\"\"}" },
        { CONTENT_JSON, "{\"n\":{{" TOKEN ".name}}}", "", "{\"n\":\"\"}" },
        { CONTENT_JSON, "{\"n\":{{" TOKEN ".cvc}}}", "012", "{\"n\":\"012\"}" },
        { CONTENT_JSON, "{\"n\":{{" TOKEN ".exp_month}}}", "03", "{\"n\":3}" },
        { CONTENT_JSON, "{\"n\":{{" TOKEN ".exp_yy}}}", "00", "{\"n\":0}" },
        { CONTENT_JSON, "{\"n\":\"{{" TOKEN ".exp_month}}\"}", "03", "{\"n\":\"03\"}" },
        { CONTENT_FORM, "n=%7B%7B" TOKEN ".name%7D%7D&x", "A+B & C=\xC3\xAB-._~",
          "n=A%2BB%20%26%20C%3D%C3%AB-._~&x" },
        { CONTENT_QUERY, "n=%7B%7B" TOKEN "%7D%7D", "4111", "n=4111" },
        { CONTENT_XML, "<n a='{{" TOKEN ".name}}'>", "<&>\"'\t\r\n",
          "<n a='&lt;&amp;&gt;&quot;&#39;&#9;&#13;&#10;'>" },
        { CONTENT_XML, "<![CDATA[{{" TOKEN ".name}}]]>", "<&]]", "<![CDATA[<&]]]]>" },
        { CONTENT_HEADER, "Card {{" TOKEN "}}", "4111", "Card 4111" },
        { CONTENT_TEXT, "{{" TOKEN "}} {{" TOKEN "}}", "4111", "4111 4111" },
        { CONTENT_TEXT, "nothing marked", "4111", "nothing marked" },
        { CONTENT_TEXT, "", "4111", "" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out AUTO(buf_done) = { .max = 1024 };
        assert_err(OK, put(cases[i].text, cases[i].content, cases[i].value, &out));
        if (!bytes_equal(bytes_str(cases[i].result), buf_bytes(&out)))
            print_error("%s: %.*s\n", cases[i].text, (int)out.size, (const char *)out.data);
        assert_bytes(bytes_str(cases[i].result), buf_bytes(&out));
    }
}

static void values_that_cannot_stand_where_they_land_are_refused(void **state)
{
    static const struct {
        enum content content;
        const char *text, *value;
    } cases[] = {
        { CONTENT_HEADER, "{{" TOKEN ".name}}", "a\r\nX-Injected: 1" },
        { CONTENT_HEADER, "{{" TOKEN ".name}}", "\x7F" },
        { CONTENT_HEADER, "{{" TOKEN ".name}}", "\t" },
        { CONTENT_TEXT, "{{" TOKEN ".name}}", "a\n--boundary" },
        { CONTENT_XML, "<a>{{" TOKEN ".name}}</a>", "\x01" },
        { CONTENT_XML, "<![CDATA[{{" TOKEN ".name}}]]>", "]]><x/>" },
        { CONTENT_XML, "<![CDATA[]{{" TOKEN ".name}}]]>", "]>" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out AUTO(buf_done) = { .max = 1024 };
        assert_err(ERR_BAD_MARK, put(cases[i].text, cases[i].content, cases[i].value, &out));
    }
}

static void what_was_put_in_is_never_looked_at_again(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 1024 };
    (void)state;

    assert_err(OK, put("{{" TOKEN ".name}}", CONTENT_TEXT, "{{" TOKEN ".number}}", &out));
    assert_bytes(bytes_lit("{{" TOKEN ".number}}"), buf_bytes(&out));
}

static void a_result_that_is_too_large_is_an_error(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 10 };
    (void)state;

    assert_err(ERR_LIMIT, put("{{" TOKEN "}}", CONTENT_TEXT, "4111111111111111", &out));
}

/* Whatever a name holds, JSON stays JSON and says that name. */
static void every_byte_survives_a_json_string(void **state)
{
    (void)state;

    for (int byte = 1; byte < 0x80; byte++) {
        struct buf out AUTO(buf_done) = { .max = 1024 };
        char value[2] = { (char)byte, '\0' };
        json_t *array;
        assert_err(OK, put("[\"{{" TOKEN ".name}}\"]", CONTENT_JSON, value, &out));
        array = json_loadb((const char *)out.data, out.size, 0, NULL);
        assert_non_null(array);
        assert_string_equal(value, json_string_value(json_array_get(array, 0)));
        json_decref(array);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_of_a_card_has_its_value),
        cmocka_unit_test(what_a_card_does_not_have_is_refused),
        cmocka_unit_test(values_are_escaped_for_where_they_land),
        cmocka_unit_test(values_that_cannot_stand_where_they_land_are_refused),
        cmocka_unit_test(what_was_put_in_is_never_looked_at_again),
        cmocka_unit_test(a_result_that_is_too_large_is_an_error),
        cmocka_unit_test(every_byte_survives_a_json_string),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
