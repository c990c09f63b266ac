#include "test.h"

#include <time.h>

#include "base/clock.h"

#define YEAR_2024_MS INT64_C(1704067200000)

static void the_wall_clock_counts_milliseconds_since_1970(void **state)
{
    struct timespec before, after;
    int64_t now;

    (void)state;
    assert_int_equal(0, clock_gettime(CLOCK_REALTIME, &before));
    now = clock_wall_ms();
    assert_int_equal(0, clock_gettime(CLOCK_REALTIME, &after));
    assert_true(now >= (int64_t)before.tv_sec * 1000);
    assert_true(now < ((int64_t)after.tv_sec + 1) * 1000);
    assert_true(now > YEAR_2024_MS);
}

static void the_monotonic_clock_never_goes_back(void **state)
{
    int64_t last = clock_mono_ns();

    (void)state;
    for (int i = 0; i < 10000; i++) {
        int64_t now = clock_mono_ns();
        assert_true(now >= last);
        last = now;
    }
}

static void both_monotonic_units_tell_the_same_time(void **state)
{
    int64_t before = clock_mono_ns() / 1000000, now = clock_mono_ms();

    (void)state;
    assert_true(now >= before);
    assert_true(now <= clock_mono_ns() / 1000000);
}

static void a_sleep_lasts_at_least_as_long_as_it_was_told(void **state)
{
    int64_t begun = clock_mono_ns();

    (void)state;
    clock_sleep_ns(300000);
    assert_true(clock_mono_ns() - begun >= 300000);
    begun = clock_mono_ns();
    clock_sleep_ms(2);
    assert_true(clock_mono_ns() - begun >= 2000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sleep_lasts_at_least_as_long_as_it_was_told),
        cmocka_unit_test(the_wall_clock_counts_milliseconds_since_1970),
        cmocka_unit_test(the_monotonic_clock_never_goes_back),
        cmocka_unit_test(both_monotonic_units_tell_the_same_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
