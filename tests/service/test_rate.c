#include "test.h"

#include <pthread.h>

#include "service/rate.h"

enum { THREADS = 4 };

#define SECOND INT64_C(1000000000)
#define START  (1000 * SECOND)

/* How many single requests pass at one instant; at most `tries`. */
static uint32_t passed(struct rate *rate, int64_t now_ns, uint32_t tries)
{
    uint32_t count = 0, retry_s;

    for (uint32_t i = 0; i < tries; i++)
        count += rate_take(rate, now_ns, 1, &retry_s) == OK;
    return count;
}

static void no_limit_lets_everything_pass(void **state)
{
    struct rate rate;
    uint32_t retry_s;
    (void)state;

    rate_init(&rate, 0);
    assert_int_equal(5000, passed(&rate, START, 5000));
    assert_err(OK, rate_take(&rate, START, UINT32_MAX, &retry_s));
}

static void one_seconds_worth_passes_at_once(void **state)
{
    static const uint32_t rates[] = { 1, 2, 3, 7, 10, 1000, 4096 };
    (void)state;

    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        struct rate rate;
        rate_init(&rate, rates[i]);
        assert_int_equal(rates[i], passed(&rate, START, 2 * rates[i]));
    }
}

static void what_was_spent_comes_back_evenly(void **state)
{
    struct rate rate;
    (void)state;

    rate_init(&rate, 10);
    assert_int_equal(10, passed(&rate, START, 20));
    for (int64_t tenth = 1; tenth <= 50; tenth++) {
        int64_t now_ns = START + tenth * SECOND / 10;
        assert_int_equal(0, passed(&rate, now_ns - 1, 3));
        assert_int_equal(1, passed(&rate, now_ns, 3));
    }
}

static void a_pause_saves_one_seconds_worth_and_no_more(void **state)
{
    struct rate rate;
    (void)state;

    rate_init(&rate, 10);
    assert_int_equal(10, passed(&rate, START, 20));
    assert_int_equal(5, passed(&rate, START + SECOND / 2, 20));
    assert_int_equal(10, passed(&rate, START + 3600 * SECOND, 20));
}

static void a_minute_under_pressure_lets_exactly_the_rate_pass(void **state)
{
    struct rate rate;
    uint32_t total = 0;
    (void)state;

    rate_init(&rate, 100);
    for (int64_t ms = 0; ms < 60000; ms++)
        total += passed(&rate, START + ms * SECOND / 1000, 2);
    assert_int_equal(100 + 60 * 100 - 1, total);
}

static void a_batch_that_began_runs_on_credit(void **state)
{
    struct rate rate;
    uint32_t retry_s = 0;
    (void)state;

    rate_init(&rate, 10);
    assert_err(OK, rate_take(&rate, START, 1000, &retry_s));
    assert_err(ERR_RATE, rate_take(&rate, START, 1, &retry_s));
    assert_int_equal(100, retry_s);
    assert_int_equal(0, passed(&rate, START + 99 * SECOND, 3));
    assert_int_equal(9, passed(&rate, START + 100 * SECOND - SECOND / 10, 20));
}

/* After more than a second's worth was taken, ask again a little later. */
static void assert_wait_is_right(uint32_t per_second, uint32_t taken, int64_t later_ms)
{
    int64_t now_ns = START + later_ms * SECOND / 1000;
    uint32_t retry_s = 0, again_s;
    struct rate rate;

    rate_init(&rate, per_second);
    assert_err(OK, rate_take(&rate, START, taken, &again_s));
    if (rate_take(&rate, now_ns, 1, &retry_s) == OK)
        return;
    assert_true(retry_s >= 1);
    assert_err(ERR_RATE, rate_take(&rate, now_ns + (retry_s - 1) * SECOND, 1, &again_s));
    assert_err(OK, rate_take(&rate, now_ns + retry_s * SECOND, 1, &again_s));
}

/* RFC 9110, section 10.2.3: Retry-After says how long to wait, so that waiting is enough. */
static void waiting_as_told_is_enough_and_no_second_too_long(void **state)
{
    (void)state;

    for (uint32_t per_second = 1; per_second <= 12; per_second++) {
        for (uint32_t count = 1; count <= 40; count++)
            for (int64_t later_ms = 0; later_ms < 1000; later_ms += 130)
                assert_wait_is_right(per_second, per_second + count, later_ms);
    }
}

static void *take_all(void *argument)
{
    uintptr_t count = passed(argument, START, 10000);

    return (void *)count;
}

static void threads_share_one_limit(void **state)
{
    struct rate rate;
    pthread_t threads[THREADS];
    uintptr_t total = 0;
    (void)state;

    rate_init(&rate, 5000);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(0, pthread_create(&threads[i], NULL, take_all, &rate));
    for (int i = 0; i < THREADS; i++) {
        void *count;
        assert_int_equal(0, pthread_join(threads[i], &count));
        total += (uintptr_t)count;
    }
    assert_int_equal(5000, total);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_limit_lets_everything_pass),
        cmocka_unit_test(one_seconds_worth_passes_at_once),
        cmocka_unit_test(what_was_spent_comes_back_evenly),
        cmocka_unit_test(a_pause_saves_one_seconds_worth_and_no_more),
        cmocka_unit_test(a_minute_under_pressure_lets_exactly_the_rate_pass),
        cmocka_unit_test(a_batch_that_began_runs_on_credit),
        cmocka_unit_test(waiting_as_told_is_enough_and_no_second_too_long),
        cmocka_unit_test(threads_share_one_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
