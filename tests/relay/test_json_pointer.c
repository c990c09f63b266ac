#include "test.h"

#include "relay/json_pointer.h"

/* RFC 6901, section 5, in our spelling: no pointer to the whole text. */
static const char example[] = "{ \"foo\": [\"bar\", \"baz\"], \"\": 0, \"a/b\": 1, \"c%d\": 2,\n"
                              "\"e^f\": 3, \"g|h\": 4, \"i\\\\j\": 5, \"k\\\"l\": 6, \" \": 7,\n"
                              "\"m~n\": 8 }";

static void the_examples_of_the_rfc_are_found(void **state)
{
    static const struct {
        const char *pointer, *value;
    } cases[] = {
        { "/foo", "[\"bar\", \"baz\"]" },
        { "/foo/0", "\"bar\"" },
        { "/", "0" },
        { "/a~1b", "1" },
        { "/c%d", "2" },
        { "/e^f", "3" },
        { "/g|h", "4" },
        { "/i\\j", "5" },
        { "/k\"l", "6" },
        { "/ ", "7" },
        { "/m~0n", "8" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes value = { 0 };
        assert_true(json_pointer_is_valid(bytes_str(cases[i].pointer)));
        assert_true(json_pointer_find(bytes_lit(example), bytes_str(cases[i].pointer), &value));
        assert_bytes(bytes_str(cases[i].value), value);
    }
}

static void members_are_found_in_nested_and_escaped_texts(void **state)
{
    static const struct {
        const char *text, *pointer, *value; /* NULL: there is none */
    } cases[] = {
        { "{\"x\":{\"number\":1},\"card\":{\"a\":\"}\\\"]\",\"number\":\"T\"}}", "/card/number",
          "\"T\"" },
        { "{\"c\\u0061rd\":{\"number\":12}}", "/card/number", "12" },
        { "{\"\xC3\xA9\":12}", "/\xC3\xA9", "12" },
        { "{\"a\":1,\"a\":2}", "/a", "1" },
        { "[[],[1,[2,3]],{\"a\":true}]", "/1/1/1", "3" },
        { "[[],[1,[2,3]],{\"a\":true}]", "/2/a", "true" },
        { "{\"a\":{}}", "/a", "{}" },
        { "{\"a\":{}}", "/a/b", NULL },
        { "{\"a\":[]}", "/a/0", NULL },
        { "{\"a\":[1]}", "/a/1", NULL },
        { "{\"a\":[1]}", "/a/00", NULL },
        { "{\"a\":[1]}", "/a/-", NULL },
        { "{\"a\":[1]}", "/a/99999999999999999999", NULL },
        { "{\"a\":\"b\"}", "/a/b", NULL },
        { "{\"ab\":1}", "/a", NULL },
        { "{\"a\":1}", "/ab", NULL },
        { "{\"a\"", "/a", NULL },
        { "{\"a\":", "/a", NULL },
        { "{\"a\":\"x", "/a", "\"x" }, /* broken, yet within the text */
        { "{\"a\":[[[", "/a", "[[[" },
        { "{\"a\\", "/a", NULL },
        { "{", "/a", NULL },
        { "", "/a", NULL },
        { "\"a\"", "/a", NULL },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes value = { 0 };
        bool found =
            json_pointer_find(bytes_str(cases[i].text), bytes_str(cases[i].pointer), &value);
        if (found != (cases[i].value != NULL))
            print_error("%s %s\n", cases[i].text, cases[i].pointer);
        assert_int_equal(cases[i].value != NULL, found);
        if (found)
            assert_bytes(bytes_str(cases[i].value), value);
    }
}

static void pointers_begin_with_a_slash_and_escape_as_the_rfc_says(void **state)
{
    (void)state;

    assert_true(json_pointer_is_valid(bytes_lit("/card/number")));
    assert_true(json_pointer_is_valid(bytes_lit("/~0~1")));
    assert_false(json_pointer_is_valid(bytes_lit("")));
    assert_false(json_pointer_is_valid(bytes_lit("card")));
    assert_false(json_pointer_is_valid(bytes_lit("/~2")));
    assert_false(json_pointer_is_valid(bytes_lit("/a~")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_rfc_are_found),
        cmocka_unit_test(members_are_found_in_nested_and_escaped_texts),
        cmocka_unit_test(pointers_begin_with_a_slash_and_escape_as_the_rfc_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
