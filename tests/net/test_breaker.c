#include "test.h"

#include "net/breaker.h"

static struct breaker opened_at(int64_t now_ms)
{
    struct breaker breaker = { 0 };

    for (int i = 0; i < BREAKER_FAILURES; i++) {
        assert_true(breaker_admits(&breaker, now_ms));
        breaker_failure(&breaker, now_ms);
    }
    assert_true(breaker.is_open);
    return breaker;
}

static void it_opens_after_failures_in_a_row(void **state)
{
    struct breaker breaker = { 0 };
    (void)state;

    for (int i = 0; i < 3 * BREAKER_FAILURES; i++) {
        breaker_failure(&breaker, 0);
        if (i % 2 == 1)
            breaker_success(&breaker);
        assert_true(breaker_admits(&breaker, 0));
    }
    breaker = opened_at(0);
    assert_false(breaker_admits(&breaker, 0));
    assert_int_equal(1, breaker.openings);
}

static void one_probe_gets_through_after_a_rest(void **state)
{
    struct breaker breaker = opened_at(100);
    (void)state;

    assert_false(breaker_admits(&breaker, 100 + BREAKER_REST_MS - 1));
    assert_true(breaker_admits(&breaker, 100 + BREAKER_REST_MS));
    assert_false(breaker_admits(&breaker, 100 + BREAKER_REST_MS));
    breaker_success(&breaker);
    assert_true(breaker_admits(&breaker, 100 + BREAKER_REST_MS));
    assert_false(breaker.is_open);
}

static void a_probe_that_fails_opens_it_again(void **state)
{
    struct breaker breaker = opened_at(0);
    (void)state;

    assert_true(breaker_admits(&breaker, BREAKER_REST_MS));
    breaker_failure(&breaker, BREAKER_REST_MS);
    assert_false(breaker_admits(&breaker, 2 * BREAKER_REST_MS - 1));
    assert_true(breaker_admits(&breaker, 2 * BREAKER_REST_MS));
    assert_int_equal(2, breaker.openings);
}

static void a_probe_that_is_given_up_lets_another_one_try(void **state)
{
    struct breaker breaker = opened_at(0);
    (void)state;

    assert_true(breaker_admits(&breaker, BREAKER_REST_MS));
    breaker_forget(&breaker);
    assert_true(breaker_admits(&breaker, BREAKER_REST_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_opens_after_failures_in_a_row),
        cmocka_unit_test(one_probe_gets_through_after_a_rest),
        cmocka_unit_test(a_probe_that_fails_opens_it_again),
        cmocka_unit_test(a_probe_that_is_given_up_lets_another_one_try),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
