#include "test.h"

#include "service/standing.h"

static void other_limits_leave_what_was_used(void **state)
{
    const struct standing_limits tight = { 1, 0, 0, 0 }, none = { 0 };
    struct standing *standing = standing_new(&tight);
    uint32_t retry_s = 0;
    (void)state;

    assert_err(OK, rate_take(&standing->rate, 1, 1, &retry_s));
    standing_limit(standing, &none);
    assert_err(OK, rate_take(&standing->rate, 1, 1, &retry_s));
    standing_limit(standing, &tight);
    assert_err(ERR_RATE, rate_take(&standing->rate, 1, 1, &retry_s));
    assert_int_equal(1, retry_s);
    standing_release(standing);
}

static void a_standing_lives_as_long_as_its_last_user(void **state)
{
    const struct standing_limits limits = { 0, 1, 0, 0 };
    struct standing *standing = standing_new(&limits);
    struct standing *again = standing_hold(standing);
    struct velocity_verdict verdict;
    (void)state;

    standing_release(standing);
    assert_err(OK, velocity_take(&again->velocity, 1, 1, &verdict));
    assert_err(ERR_RATE, velocity_take(&again->velocity, 1, 1, &verdict));
    standing_release(again);
    standing_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_limits_leave_what_was_used),
        cmocka_unit_test(a_standing_lives_as_long_as_its_last_user),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
