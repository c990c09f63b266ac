#include "service/velocity.h"

#include "test.h"

#define SECOND_NS INT64_C(1000000000)
#define MINUTE_NS (60 * SECOND_NS)
#define START     (100 * MINUTE_NS)

static unsigned granted(struct velocity *velocity, int64_t now_ns, unsigned tries)
{
    struct velocity_verdict verdict;
    unsigned count = 0;

    for (unsigned i = 0; i < tries; i++)
        count += velocity_take(velocity, now_ns, 1, &verdict) == OK;
    return count;
}

static void a_budget_is_there_at_once_and_comes_back_evenly(void **state)
{
    struct velocity velocity;
    (void)state;

    velocity_init(&velocity, 6, 0);
    assert_int_equal(6, granted(&velocity, START, 20));
    assert_int_equal(1, granted(&velocity, START + 10 * SECOND_NS, 20));
    assert_int_equal(0, granted(&velocity, START + 19 * SECOND_NS, 20));
    assert_int_equal(6, granted(&velocity, START + 10 * MINUTE_NS, 20));
}

static void a_batch_is_granted_whole_or_not_at_all(void **state)
{
    struct velocity velocity;
    struct velocity_verdict verdict;
    (void)state;

    velocity_init(&velocity, 10, 0);
    assert_err(ERR_RATE, velocity_take(&velocity, START, 11, &verdict));
    assert_err(OK, velocity_take(&velocity, START, 8, &verdict));
    assert_err(ERR_RATE, velocity_take(&velocity, START, 3, &verdict));
    assert_int_equal(6, verdict.retry_s);
    assert_err(OK, velocity_take(&velocity, START, 2, &verdict));
}

static void what_the_day_refuses_does_not_spend_the_minute(void **state)
{
    struct velocity velocity;
    (void)state;

    velocity_init(&velocity, 5, 8);
    assert_int_equal(5, granted(&velocity, START, 10));
    assert_int_equal(3, granted(&velocity, START + MINUTE_NS, 10));
    assert_int_equal(0, granted(&velocity, START + 2 * MINUTE_NS, 10));
    assert_int_equal(1, granted(&velocity, START + 3 * 60 * MINUTE_NS, 10));
}

static void without_budgets_nothing_is_refused(void **state)
{
    struct velocity velocity;
    (void)state;

    velocity_init(&velocity, 0, 0);
    assert_int_equal(10000, granted(&velocity, START, 10000));
}

static void a_spent_budget_is_one_alarm_until_something_is_granted(void **state)
{
    struct velocity velocity;
    struct velocity_verdict verdict;
    (void)state;

    velocity_init(&velocity, 1, 0);
    assert_err(OK, velocity_take(&velocity, START, 1, &verdict));
    assert_err(ERR_RATE, velocity_take(&velocity, START, 1, &verdict));
    assert_string_equal("a budget of detokenize is spent", verdict.alarm);
    assert_err(ERR_RATE, velocity_take(&velocity, START, 1, &verdict));
    assert_null(verdict.alarm);
    assert_err(OK, velocity_take(&velocity, START + MINUTE_NS, 1, &verdict));
    assert_err(ERR_RATE, velocity_take(&velocity, START + MINUTE_NS, 1, &verdict));
    assert_non_null(verdict.alarm);
}

/* The alarms of so many a minute, for some minutes. */
static unsigned alarms(struct velocity *velocity, int64_t from_ns, unsigned minutes, unsigned each)
{
    struct velocity_verdict verdict;
    unsigned count = 0;

    for (unsigned minute = 0; minute < minutes; minute++) {
        for (unsigned i = 0; i < each; i++) {
            assert_err(OK, velocity_take(velocity, from_ns + minute * MINUTE_NS, 1, &verdict));
            count += verdict.alarm != NULL;
        }
    }
    return count;
}

static void a_sudden_rise_is_one_alarm_and_what_is_usual_is_none(void **state)
{
    struct velocity velocity;
    (void)state;

    velocity_init(&velocity, 0, 0);
    assert_int_equal(0, alarms(&velocity, START, 60, 50));
    assert_int_equal(1, alarms(&velocity, START + 60 * MINUTE_NS, 1, 5000));
    assert_int_equal(0, alarms(&velocity, START + 61 * MINUTE_NS, 60, 50));
    assert_int_equal(1, alarms(&velocity, START + 300 * MINUTE_NS, 1, 200));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_budget_is_there_at_once_and_comes_back_evenly),
        cmocka_unit_test(a_batch_is_granted_whole_or_not_at_all),
        cmocka_unit_test(what_the_day_refuses_does_not_spend_the_minute),
        cmocka_unit_test(without_budgets_nothing_is_refused),
        cmocka_unit_test(a_spent_budget_is_one_alarm_until_something_is_granted),
        cmocka_unit_test(a_sudden_rise_is_one_alarm_and_what_is_usual_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
