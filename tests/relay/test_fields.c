#include "test.h"

#include "relay/fields.h"

#define TOKEN "9480231174061112"

static struct fields fields_of(const char *first, const char *second)
{
    struct fields fields = { 0 };

    assert_err(OK, fields_add(&fields, bytes_str(first)));
    if (second != NULL)
        assert_err(OK, fields_add(&fields, bytes_str(second)));
    return fields;
}

static void members_whose_whole_value_is_a_token_are_marked(void **state)
{
    static const struct {
        enum content content;
        const char *body;
        size_t at, size; /* size 0: no mark */
        enum landing landing;
    } cases[] = {
        { CONTENT_JSON, "{\"card\":{\"number\":\"" TOKEN "\"}}", 19, 16, LANDING_JSON_STRING },
        { CONTENT_JSON, "{\"card\":{\"number\":" TOKEN "}}", 18, 16, LANDING_JSON_VALUE },
        { CONTENT_JSON, "{\"card\":{\"number\":\"948023117406111\\u0032\"}}", 19, 21,
          LANDING_JSON_STRING },
        { CONTENT_FORM, "a=1&card[number]=" TOKEN "&b", 17, 16, LANDING_PERCENT },
        { CONTENT_FORM, "card%5Bnumber%5d=%39480231174061112", 17, 18, LANDING_PERCENT },
        { CONTENT_JSON, "{\"card\":{\"number\":\"{{" TOKEN "}}\"}}", 0, 0, 0 },
        { CONTENT_JSON, "{\"card\":{\"number\":\" " TOKEN "\"}}", 0, 0, 0 },
        { CONTENT_JSON, "{\"card\":{\"number\":\"4111111111111111\"}}", 0, 0, 0 },
        { CONTENT_JSON, "{\"card\":{\"number\":\"\"}}", 0, 0, 0 },
        { CONTENT_JSON, "{\"card\":{\"number\":[\"" TOKEN "\"]}}", 0, 0, 0 },
        { CONTENT_JSON, "{\"number\":\"" TOKEN "\"}", 0, 0, 0 },
        { CONTENT_FORM, "number=" TOKEN, 0, 0, 0 },
        { CONTENT_FORM, "card[number=" TOKEN, 0, 0, 0 },
        { CONTENT_FORM, "card[number]" TOKEN, 0, 0, 0 },
        { CONTENT_TEXT, "card[number]=" TOKEN, 0, 0, 0 },
        { CONTENT_XML, "{\"card\":{\"number\":\"" TOKEN "\"}}", 0, 0, 0 },
    };
    struct fields fields = fields_of("/card/number", "form:card[number]");
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct marks marks = { 0 };
        size_t expected = cases[i].size > 0;
        assert_err(OK, fields_find(&fields, bytes_str(cases[i].body), cases[i].content, &marks));
        if (marks.count != expected)
            print_error("%s\n", cases[i].body);
        assert_int_equal(expected, marks.count);
        if (expected == 0)
            continue;
        assert_int_equal(cases[i].at, marks.list[0].at);
        assert_int_equal(cases[i].size, marks.list[0].size);
        assert_int_equal(cases[i].landing, marks.list[0].landing);
        assert_int_equal(MARK_NUMBER, marks.list[0].part);
        assert_string_equal(TOKEN, marks.list[0].token.text);
    }
}

static void fields_and_marks_stand_in_one_order(void **state)
{
    struct bytes body =
        bytes_lit("{\"z\":\"" TOKEN "\",\"m\":\"{{" TOKEN ".cvc}}\",\"a\":\"" TOKEN "\"}");
    struct fields fields = fields_of("/a", "/z");
    struct marks marks = { 0 };
    (void)state;

    assert_err(OK, marks_find(body, CONTENT_JSON, &marks));
    assert_err(OK, fields_find(&fields, body, CONTENT_JSON, &marks));
    assert_int_equal(3, marks.count);
    assert_int_equal(MARK_NUMBER, marks.list[0].part);
    assert_int_equal(MARK_CVC, marks.list[1].part);
    assert_int_equal(MARK_NUMBER, marks.list[2].part);
    assert_true(marks.list[0].at < marks.list[1].at && marks.list[1].at < marks.list[2].at);
}

static void a_member_named_twice_is_marked_once(void **state)
{
    struct fields fields = fields_of("/a", "/a");
    struct marks marks = { 0 };
    (void)state;

    assert_err(OK, fields_find(&fields, bytes_lit("{\"a\":\"" TOKEN "\"}"), CONTENT_JSON, &marks));
    assert_int_equal(1, marks.count);
}

static void every_pair_of_a_form_name_is_marked(void **state)
{
    struct fields fields = fields_of("form:n", NULL);
    struct marks marks = { 0 };
    (void)state;

    assert_err(OK,
               fields_find(&fields, bytes_lit("n=" TOKEN "&&n=" TOKEN "&n"), CONTENT_FORM, &marks));
    assert_int_equal(2, marks.count);
}

static void words_that_name_no_member_are_refused(void **state)
{
    static const char *const words[] = { "", "card", "form:", "/~", "form" };
    char longest[FIELD_NAME_MAX + 2];
    struct fields fields = { 0 };
    (void)state;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        assert_err(ERR_CONFIG, fields_add(&fields, bytes_str(words[i])));
    memset(longest, '/', sizeof(longest));
    assert_err(ERR_CONFIG, fields_add(&fields, bytes_of(longest, FIELD_NAME_MAX + 1)));
    assert_int_equal(0, fields.count);
    for (size_t i = 0; i < FIELDS_MAX; i++)
        assert_err(OK, fields_add(&fields, bytes_lit("/a")));
    assert_err(ERR_CONFIG, fields_add(&fields, bytes_lit("/a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_whose_whole_value_is_a_token_are_marked),
        cmocka_unit_test(fields_and_marks_stand_in_one_order),
        cmocka_unit_test(a_member_named_twice_is_marked_once),
        cmocka_unit_test(every_pair_of_a_form_name_is_marked),
        cmocka_unit_test(words_that_name_no_member_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
