#include "test.h"

#include "card/expiry.h"

static void months_1_to_12_of_2000_to_2099_are_taken(void **state)
{
    struct expiry expiry;
    (void)state;

    for (int64_t year = 2000; year <= 2099; year++) {
        for (int64_t month = 1; month <= 12; month++) {
            assert_err(OK, expiry_make(month, year, &expiry));
            assert_true(expiry_is_known(expiry));
            assert_int_equal(month, expiry.month);
            assert_int_equal(year, expiry.year);
        }
    }
}

static void others_are_refused_and_leave_the_result_alone(void **state)
{
    static const int64_t cases[][2] = {
        { 0, 2030 },  { 13, 2030 },     { -1, 2030 },        { 257, 2030 },       { 12, 1999 },
        { 12, 2100 }, { 1, INT64_MAX }, { INT64_MIN, 2030 }, { 1, 2030 + 65536 }, { 1, 30 },
    };
    struct expiry expiry = { 7, 2007 };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_err(ERR_BAD_EXPIRY, expiry_make(cases[i][0], cases[i][1], &expiry));
    assert_int_equal(7, expiry.month);
    assert_int_equal(2007, expiry.year);
}

static void a_zeroed_expiry_is_not_known(void **state)
{
    (void)state;

    assert_false(expiry_is_known((struct expiry){ 0 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(months_1_to_12_of_2000_to_2099_are_taken),
        cmocka_unit_test(others_are_refused_and_leave_the_result_alone),
        cmocka_unit_test(a_zeroed_expiry_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
