#include "test.h"

#include "base/bytes.h"

static void bytes_of_a_literal_leave_its_nul_out(void **state)
{
    (void)state;
    assert_int_equal(3, bytes_lit("abc").size);
    assert_int_equal(3, bytes_lit("a\0c").size);
    assert_int_equal(0, bytes_lit("").size);
}

static void equal_bytes_have_the_same_size_and_content(void **state)
{
    (void)state;
    assert_true(bytes_equal(bytes_lit("abc"), bytes_str("abc")));
    assert_true(bytes_equal(bytes_of(NULL, 0), bytes_lit("")));
    assert_false(bytes_equal(bytes_lit("abc"), bytes_lit("abcd")));
    assert_false(bytes_equal(bytes_lit("abc"), bytes_lit("abC")));
}

static void nocase_folds_ascii_letters_and_nothing_else(void **state)
{
    (void)state;
    assert_true(bytes_equal_nocase(bytes_lit("Content-LENGTH"), bytes_lit("content-length")));
    assert_false(bytes_equal_nocase(bytes_lit("["), bytes_lit("{")));
    assert_false(bytes_equal_nocase(bytes_lit("@"), bytes_lit("`")));
    assert_false(bytes_equal_nocase(bytes_lit("\xC4"), bytes_lit("\xE4")));
    assert_false(bytes_equal_nocase(bytes_lit("ab"), bytes_lit("abc")));
}

static void a_text_starts_and_ends_with_itself_and_with_nothing(void **state)
{
    (void)state;
    assert_true(bytes_start_with(bytes_lit("/v1/tokens"), bytes_lit("/v1/")));
    assert_true(bytes_start_with(bytes_lit("x"), bytes_lit("x")));
    assert_true(bytes_start_with(bytes_lit(""), bytes_lit("")));
    assert_false(bytes_start_with(bytes_lit("/v"), bytes_lit("/v1")));
    assert_true(bytes_end_with(bytes_lit("/v1/tokens"), bytes_lit("tokens")));
    assert_true(bytes_end_with(bytes_lit("x"), bytes_lit("")));
    assert_false(bytes_end_with(bytes_lit("s"), bytes_lit("ns")));
}

static void from_beyond_the_end_is_empty(void **state)
{
    (void)state;
    assert_bytes(bytes_lit("c"), bytes_from(bytes_lit("abc"), 2));
    assert_int_equal(0, bytes_from(bytes_lit("abc"), 3).size);
    assert_int_equal(0, bytes_from(bytes_lit("abc"), SIZE_MAX).size);
}

static void index_of_a_missing_byte_is_the_size(void **state)
{
    (void)state;
    assert_int_equal(1, bytes_index(bytes_lit("a=b=c"), '='));
    assert_int_equal(3, bytes_index(bytes_lit("abc"), '='));
    assert_int_equal(0, bytes_index(bytes_of(NULL, 0), '='));
}

static void copy_text_refuses_what_does_not_fit_or_holds_a_nul(void **state)
{
    char text[4] = "old";

    (void)state;
    assert_true(bytes_copy_text(bytes_lit("abc"), text, sizeof(text)));
    assert_string_equal("abc", text);
    assert_false(bytes_copy_text(bytes_lit("abcd"), text, sizeof(text)));
    assert_string_equal("", text);
    assert_false(bytes_copy_text(bytes_lit("a\0b"), text, sizeof(text)));
    assert_string_equal("", text);
    assert_true(bytes_copy_text(bytes_of(NULL, 0), text, sizeof(text)));
    assert_string_equal("", text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_of_a_literal_leave_its_nul_out),
        cmocka_unit_test(equal_bytes_have_the_same_size_and_content),
        cmocka_unit_test(nocase_folds_ascii_letters_and_nothing_else),
        cmocka_unit_test(a_text_starts_and_ends_with_itself_and_with_nothing),
        cmocka_unit_test(from_beyond_the_end_is_empty),
        cmocka_unit_test(index_of_a_missing_byte_is_the_size),
        cmocka_unit_test(copy_text_refuses_what_does_not_fit_or_holds_a_nul),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
