#include "test.h"

#include "relay/content.h"

static void content_types_are_read_in_any_case_and_with_parameters(void **state)
{
    static const struct {
        const char *type;
        enum content content;
    } cases[] = {
        { "application/json", CONTENT_JSON },
        { "Application/JSON; charset=utf-8", CONTENT_JSON },
        { "application/problem+json", CONTENT_JSON },
        { "text/json ;x", CONTENT_JSON },
        { "application/x-www-form-urlencoded", CONTENT_FORM },
        { "application/x-www-form-urlencoded;charset=UTF-8", CONTENT_FORM },
        { "text/xml", CONTENT_XML },
        { "application/soap+xml; action=pay", CONTENT_XML },
        { "text/html", CONTENT_XML },
        { "text/plain", CONTENT_TEXT },
        { "application/notjson", CONTENT_TEXT },
        { "application/jsonx", CONTENT_TEXT },
        { "json", CONTENT_TEXT },
        { "multipart/form-data; boundary=application/json", CONTENT_TEXT },
        { "", CONTENT_TEXT },
        { ";", CONTENT_TEXT },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum content content = content_of(bytes_str(cases[i].type));
        if (content != cases[i].content)
            print_error("%s\n", cases[i].type);
        assert_int_equal(cases[i].content, content);
    }
}

static void unlabelled_json_is_guessed_by_its_first_character(void **state)
{
    (void)state;

    assert_int_equal(CONTENT_JSON, content_guess(bytes_lit(" \r\n\t{")));
    assert_int_equal(CONTENT_JSON, content_guess(bytes_lit("[1]")));
    assert_int_equal(CONTENT_TEXT, content_guess(bytes_lit("x{")));
    assert_int_equal(CONTENT_TEXT, content_guess(bytes_lit("  ")));
    assert_int_equal(CONTENT_TEXT, content_guess(bytes_lit("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_types_are_read_in_any_case_and_with_parameters),
        cmocka_unit_test(unlabelled_json_is_guessed_by_its_first_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
