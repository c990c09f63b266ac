#include "test.h"

#include "base/cursor.h"

static void integers_are_read_big_endian(void **state)
{
    struct cursor cursor =
        cursor_on(bytes_lit("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F"));

    (void)state;
    assert_int_equal(0x01, cursor_u8(&cursor));
    assert_int_equal(0x0203, cursor_u16(&cursor));
    assert_int_equal(0x04050607, cursor_u32(&cursor));
    assert_int_equal(0x08090A0B0C0D0E0F, cursor_u64(&cursor));
    assert_err(OK, cursor_end(&cursor));
}

static void a_read_past_the_end_fails_all_that_follow(void **state)
{
    struct cursor cursor = cursor_on(bytes_lit("\x01\x02\x03"));

    (void)state;
    assert_int_equal(0, cursor_u32(&cursor));
    assert_err(ERR_CORRUPT, cursor_check(&cursor));
    assert_int_equal(0, cursor_u8(&cursor));
    assert_int_equal(0, cursor_bytes(&cursor, 0).size);
    assert_err(ERR_CORRUPT, cursor_end(&cursor));
}

static void what_is_left_over_fails_the_end_but_not_the_check(void **state)
{
    struct cursor cursor = cursor_on(bytes_lit("ab"));

    (void)state;
    assert_int_equal('a', cursor_u8(&cursor));
    assert_err(OK, cursor_check(&cursor));
    assert_err(ERR_CORRUPT, cursor_end(&cursor));
}

static void bytes_are_lent_from_the_text(void **state)
{
    struct bytes text = bytes_lit("\x02"
                                  "ab\x00\x01"
                                  "c");
    struct cursor cursor = cursor_on(text);

    (void)state;
    assert_ptr_equal(text.data + 1, cursor_bytes8(&cursor).data);
    assert_bytes(bytes_lit("c"), cursor_bytes16(&cursor));
    assert_err(OK, cursor_end(&cursor));
}

static void a_length_beyond_the_text_fails(void **state)
{
    struct cursor cursor = cursor_on(bytes_lit("\x03"
                                               "ab"));

    (void)state;
    assert_int_equal(0, cursor_bytes8(&cursor).size);
    assert_err(ERR_CORRUPT, cursor_check(&cursor));
}

static void a_failed_copy_gives_zeros(void **state)
{
    struct cursor cursor = cursor_on(bytes_lit("abc"));
    char copy[4] = "xxx";

    (void)state;
    cursor_copy(&cursor, copy, 2);
    assert_memory_equal("abx", copy, 3);
    cursor_copy(&cursor, copy, 4);
    assert_memory_equal("\0\0\0\0", copy, 4);
    assert_err(ERR_CORRUPT, cursor_check(&cursor));
}

static void text_that_does_not_fit_or_holds_a_nul_fails(void **state)
{
    struct cursor fits = cursor_on(bytes_lit("\x03"
                                             "abc"));
    struct cursor too_long = cursor_on(bytes_lit("\x04"
                                                 "abcd"));
    struct cursor with_nul = cursor_on(bytes_lit("\x03"
                                                 "a\0c"));
    char text[4];

    (void)state;
    cursor_text8(&fits, text, sizeof(text));
    assert_err(OK, cursor_end(&fits));
    assert_string_equal("abc", text);
    cursor_text8(&too_long, text, sizeof(text));
    assert_err(ERR_CORRUPT, cursor_end(&too_long));
    assert_string_equal("", text);
    cursor_text8(&with_nul, text, sizeof(text));
    assert_err(ERR_CORRUPT, cursor_end(&with_nul));
}

static void a_reader_can_fail_it_by_hand(void **state)
{
    struct cursor cursor = cursor_on(bytes_lit(""));

    (void)state;
    assert_err(OK, cursor_end(&cursor));
    cursor_fail(&cursor);
    assert_err(ERR_CORRUPT, cursor_check(&cursor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_read_big_endian),
        cmocka_unit_test(a_read_past_the_end_fails_all_that_follow),
        cmocka_unit_test(what_is_left_over_fails_the_end_but_not_the_check),
        cmocka_unit_test(bytes_are_lent_from_the_text),
        cmocka_unit_test(a_length_beyond_the_text_fails),
        cmocka_unit_test(a_failed_copy_gives_zeros),
        cmocka_unit_test(text_that_does_not_fit_or_holds_a_nul_fails),
        cmocka_unit_test(a_reader_can_fail_it_by_hand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
