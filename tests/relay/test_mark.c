#include "test.h"

#include "base/buf.h"
#include "relay/mark.h"

#define TOKEN  "9480231174061112"
#define SPACES "                "

struct expected {
    enum content content;
    const char *text;
    size_t at, size;
    enum mark_part part;
    enum landing landing;
};

static const struct expected found[] = {
    { CONTENT_TEXT, "{{" TOKEN "}}", 0, 20, MARK_NUMBER, LANDING_TEXT },
    { CONTENT_TEXT, "a {{" TOKEN ".number}} b", 2, 27, MARK_NUMBER, LANDING_TEXT },
    { CONTENT_TEXT, "{{ " TOKEN ".cvc }}", 0, 26, MARK_CVC, LANDING_TEXT },
    { CONTENT_HEADER, "Card {{" TOKEN ".exp_yy}}", 5, 27, MARK_EXP_YY, LANDING_TEXT },
    { CONTENT_JSON, "{\"n\":\"{{" TOKEN "}}\"}", 6, 20, MARK_NUMBER, LANDING_JSON_STRING },
    { CONTENT_JSON, "{\"m\":{{" TOKEN ".exp_month}}}", 5, 30, MARK_EXP_MONTH, LANDING_JSON_VALUE },
    { CONTENT_JSON, "{\"a\\\"\":\"{{" TOKEN "}}\"}", 8, 20, MARK_NUMBER, LANDING_JSON_STRING },
    { CONTENT_JSON, "[\"\\u007b\\u007B" TOKEN "}\\u007d\"]", 2, 35, MARK_NUMBER,
      LANDING_JSON_STRING },
    { CONTENT_FORM, "n=%7B%7B" TOKEN ".exp_year%7D%7d&x", 2, 37, MARK_EXP_YEAR, LANDING_PERCENT },
    { CONTENT_FORM, "n={{" TOKEN "}}", 2, 20, MARK_NUMBER, LANDING_PERCENT },
    { CONTENT_FORM, "n=%7b{+" TOKEN "%2ename%20}%7D", 2, 35, MARK_NAME, LANDING_PERCENT },
    { CONTENT_QUERY, "a=1&n=%7B%7B" TOKEN "%7D%7D", 6, 28, MARK_NUMBER, LANDING_PERCENT },
    { CONTENT_XML, "<n>{{" TOKEN "}}</n>", 3, 20, MARK_NUMBER, LANDING_XML },
    { CONTENT_XML, "<n a='&#123;&#x7b;" TOKEN "}}'/>", 6, 30, MARK_NUMBER, LANDING_XML },
    { CONTENT_XML, "<![CDATA[x]]><n>{{" TOKEN "}}</n>", 16, 20, MARK_NUMBER, LANDING_XML },
    { CONTENT_XML, "<n><![CDATA[{{" TOKEN "}}]]></n>", 12, 20, MARK_NUMBER, LANDING_CDATA },
};

static void marks_are_found_with_the_place_where_their_value_lands(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
        struct marks marks = { 0 };
        const struct mark *mark = &marks.list[0];
        assert_err(OK, marks_find(bytes_str(found[i].text), found[i].content, &marks));
        if (marks.count != 1 || mark->at != found[i].at || mark->size != found[i].size)
            print_error("%s: %zu %zu\n", found[i].text, mark->at, mark->size);
        assert_int_equal(1, marks.count);
        assert_int_equal(found[i].at, mark->at);
        assert_int_equal(found[i].size, mark->size);
        assert_int_equal(found[i].part, mark->part);
        assert_int_equal(found[i].landing, mark->landing);
        assert_true(mark->has_form);
        assert_string_equal(TOKEN, mark->token.text);
    }
}

static void marks_that_cannot_be_replaced_are_refused(void **state)
{
    static const struct {
        enum content content;
        const char *text, *why;
    } cases[] = {
        { CONTENT_TEXT, "{{" TOKEN ".pin}}", "an unknown part" },
        { CONTENT_TEXT, "{{" TOKEN ".}}", "an empty part" },
        { CONTENT_TEXT, "{{" TOKEN ".number.number}}", "two parts" },
        { CONTENT_TEXT, "{{" TOKEN ".Number}}", "a part in another case" },
        { CONTENT_TEXT, "{{" TOKEN, "no end" },
        { CONTENT_TEXT, "{{" TOKEN "}", "half an end" },
        { CONTENT_TEXT, "{{", "nothing but a beginning" },
        { CONTENT_TEXT, "{{" TOKEN "}} {{", "the second of two" },
        { CONTENT_TEXT, "{{" TOKEN "\n}}", "a line's end within" },
        { CONTENT_TEXT, "{{{" TOKEN "}}}", "three braces" },
        { CONTENT_TEXT, "{{a{{" TOKEN "}}", "a mark within a mark" },
        { CONTENT_TEXT, "{{ab" SPACES SPACES SPACES SPACES "}}", "longer than any mark" },
        { CONTENT_JSON, "{\"n\":\"{{94802311\",\"m\":\"74061112}}\"}", "cut by the string's end" },
        { CONTENT_JSON, "{\"n\":\"{{" TOKEN "\\n}}\"}", "an escaped line's end within" },
        { CONTENT_FORM, "n=%7B%7B9480&m=231174061112%7D%7D", "cut by the value's end" },
        { CONTENT_QUERY, "n=%7B%7B9480&m=231174061112%7D%7D", "cut by the value's end" },
        { CONTENT_XML, "<a>{{9480<b/>231174061112}}</a>", "cut by a tag" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct marks marks = { .count = 7 };
        enum err err = marks_find(bytes_str(cases[i].text), cases[i].content, &marks);
        if (err != ERR_BAD_MARK)
            print_error("%s: %s\n", cases[i].why, err_name(err));
        assert_int_equal(ERR_BAD_MARK, err);
        assert_int_equal(7, marks.count);
    }
}

static void what_is_no_mark_is_left_alone(void **state)
{
    static const char *const texts[] = {
        "", "{", "}", "{ {" TOKEN "}}", "{" TOKEN "}}", TOKEN "}}", "{\"a\":{\"b\":{}}}",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct marks marks = { .count = 7 };
        assert_err(OK, marks_find(bytes_str(texts[i]), CONTENT_JSON, &marks));
        assert_int_equal(0, marks.count);
    }
}

static void a_mark_without_the_form_of_a_token_is_a_mark_of_no_token(void **state)
{
    static const char *const texts[] = {
        "{{}}", "{{ }}", "{{customer_name}}", "{{4111111111111111}}", "{{TOK_A}}", "{{.number}}",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct marks marks = { 0 };
        assert_err(OK, marks_find(bytes_str(texts[i]), CONTENT_TEXT, &marks));
        assert_int_equal(1, marks.count);
        assert_false(marks.list[0].has_form);
        assert_int_equal(0, marks.list[0].token.size);
    }
}

static void an_escaped_border_does_not_cut_a_mark(void **state)
{
    struct marks marks = { 0 };
    (void)state;

    assert_err(OK, marks_find(bytes_lit("[\"{{a\\\"b}}\"]"), CONTENT_JSON, &marks));
    assert_int_equal(1, marks.count);
    assert_err(OK, marks_find(bytes_lit("n={{a%26b}}"), CONTENT_FORM, &marks));
    assert_int_equal(1, marks.count);
    assert_false(marks.list[0].has_form);
}

static void sixty_four_marks_are_found_and_one_more_is_refused(void **state)
{
    struct buf text AUTO(buf_done) = { .max = 4096 };
    struct marks marks = { 0 };
    (void)state;

    for (size_t i = 0; i < MARKS_MAX; i++)
        buf_add_str(&text, "{{" TOKEN "}},");
    assert_err(OK, marks_find(buf_bytes(&text), CONTENT_TEXT, &marks));
    assert_int_equal(MARKS_MAX, marks.count);
    for (size_t i = 0; i < MARKS_MAX; i++)
        assert_int_equal(21 * i, marks.list[i].at);
    buf_add_str(&text, "{{" TOKEN "}}");
    assert_err(ERR_BAD_MARK, marks_find(buf_bytes(&text), CONTENT_TEXT, &marks));
}

static void marks_are_inserted_in_order_and_never_over_one_another(void **state)
{
    static const size_t places[][2] = { { 50, 10 }, { 10, 10 }, { 30, 10 }, { 60, 0 }, { 0, 10 },
                                        { 55, 10 }, { 5, 10 },  { 10, 10 }, { 0, 100 } };
    static const size_t kept[] = { 0, 10, 30, 50, 60 };
    struct marks marks = { 0 };
    (void)state;

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct mark mark = { .at = places[i][0], .size = places[i][1] };
        assert_err(OK, marks_insert(&marks, &mark));
    }
    assert_int_equal(sizeof(kept) / sizeof(kept[0]), marks.count);
    for (size_t i = 0; i < marks.count; i++)
        assert_int_equal(kept[i], marks.list[i].at);
}

static void a_number_or_a_code_stands_alone(void **state)
{
    static const struct {
        enum content content;
        const char *text;
    } joined[] = {
        { CONTENT_TEXT, "7{{" TOKEN "}}" },
        { CONTENT_TEXT, "{{" TOKEN "}}0" },
        { CONTENT_TEXT, "{{" TOKEN "}}{{" TOKEN ".exp_yy}}" },
        { CONTENT_TEXT, "{{" TOKEN ".exp_yy}}{{" TOKEN ".cvc}}" },
        { CONTENT_JSON, "{\"b\":{{" TOKEN "}}0}" },
        { CONTENT_JSON, "{\"b\":\"\\u0037{{" TOKEN "}}\"}" },
        { CONTENT_FORM, "b=%37%7B%7B" TOKEN "%7D%7D" },
        { CONTENT_FORM, "b=%7B%7B" TOKEN "%7D%7D%30" },
        { CONTENT_XML, "<b>&#55;{{" TOKEN "}}</b>" },
    };
    struct marks marks;

    (void)state;
    for (size_t i = 0; i < sizeof(joined) / sizeof(joined[0]); i++)
        assert_err(ERR_BAD_MARK, marks_find(bytes_str(joined[i].text), joined[i].content, &marks));
    assert_err(OK,
               marks_find(bytes_str("a{{" TOKEN "}}={{" TOKEN ".exp_yy}}1"), CONTENT_TEXT, &marks));
    assert_int_equal(2, marks.count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_are_found_with_the_place_where_their_value_lands),
        cmocka_unit_test(marks_that_cannot_be_replaced_are_refused),
        cmocka_unit_test(what_is_no_mark_is_left_alone),
        cmocka_unit_test(a_mark_without_the_form_of_a_token_is_a_mark_of_no_token),
        cmocka_unit_test(an_escaped_border_does_not_cut_a_mark),
        cmocka_unit_test(sixty_four_marks_are_found_and_one_more_is_refused),
        cmocka_unit_test(a_number_or_a_code_stands_alone),
        cmocka_unit_test(marks_are_inserted_in_order_and_never_over_one_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
