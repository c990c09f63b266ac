/*
 * The wheel by a clock of the test's own; timers in a running loop are test_loop.c's.
 */
#include "test.h"

#include "net/timer.h"

enum { NOW_MS = 1000000, TIMERS = 500 };

/* A timer, and when it rang. */
struct ring {
    struct timer timer;
    const int64_t *now_ms;
    int64_t rang_ms; /* 0: not yet */
    unsigned times;
};

static void on_time(void *owner)
{
    struct ring *ring = owner;

    ring->rang_ms = *ring->now_ms;
    ring->times++;
}

static void ring_put(struct wheel *wheel, struct ring *ring, const int64_t *now_ms,
                     int64_t deadline_ms)
{
    *ring = (struct ring){ .now_ms = now_ms };
    ring->timer = (struct timer){ .deadline_ms = deadline_ms, .on_time = on_time, .owner = ring };
    list_init(&ring->timer.node);
    wheel_put(wheel, &ring->timer);
}

/* Turn the wheel whenever it asks for it, until nothing is left in it. */
static void run_out(struct wheel *wheel, int64_t *now_ms)
{
    int64_t next_ms;

    for (next_ms = wheel_next_ms(wheel); next_ms != TIMER_NEVER; next_ms = wheel_next_ms(wheel)) {
        *now_ms = next_ms < *now_ms ? *now_ms : next_ms;
        wheel_turn(wheel, *now_ms);
    }
}

static void no_timer_rings_early_nor_more_than_a_grain_late(void **state)
{
    struct ring *rings = calloc(TIMERS, sizeof(*rings));
    struct wheel *wheel = calloc(1, sizeof(*wheel));
    int64_t now_ms = NOW_MS;
    (void)state;

    assert_true(rings != NULL && wheel != NULL);
    wheel_init(wheel, now_ms);
    for (int i = 0; i < TIMERS; i++) /* up to three turns of the wheel away */
        ring_put(wheel, &rings[i], &now_ms, NOW_MS + (int64_t)i * i % 100003);
    run_out(wheel, &now_ms);
    for (int i = 0; i < TIMERS; i++) {
        assert_int_equal(1, rings[i].times);
        assert_in_range(rings[i].rang_ms - (NOW_MS + (int64_t)i * i % 100003), 0, TIMER_GRAIN_MS);
        assert_false(timer_is_set(&rings[i].timer));
    }
    free(rings);
    free(wheel);
}

static void a_deadline_that_has_passed_rings_at_the_next_turn(void **state)
{
    struct wheel *wheel = calloc(1, sizeof(*wheel));
    int64_t now_ms = NOW_MS;
    struct ring ring;
    (void)state;

    assert_non_null(wheel);
    wheel_init(wheel, now_ms);
    ring_put(wheel, &ring, &now_ms, NOW_MS - 5000);
    run_out(wheel, &now_ms);
    assert_int_equal(1, ring.times);
    assert_true(now_ms <= NOW_MS + TIMER_GRAIN_MS);
    free(wheel);
}

static void after_a_long_sleep_everything_due_rings_once(void **state)
{
    struct ring rings[3];
    struct wheel *wheel = calloc(1, sizeof(*wheel));
    int64_t now_ms = NOW_MS;
    (void)state;

    assert_non_null(wheel);
    wheel_init(wheel, now_ms);
    ring_put(wheel, &rings[0], &now_ms, NOW_MS + 100);
    ring_put(wheel, &rings[1], &now_ms, NOW_MS + 40000);
    ring_put(wheel, &rings[2], &now_ms, NOW_MS + 10 * 3600 * 1000);
    now_ms = NOW_MS + 3600 * 1000;
    wheel_turn(wheel, now_ms);
    assert_int_equal(1, rings[0].times);
    assert_int_equal(1, rings[1].times);
    assert_int_equal(0, rings[2].times);
    run_out(wheel, &now_ms);
    assert_int_equal(1, rings[2].times);
    free(wheel);
}

static void an_empty_wheel_need_not_be_turned(void **state)
{
    struct wheel *wheel = calloc(1, sizeof(*wheel));
    (void)state;

    assert_non_null(wheel);
    wheel_init(wheel, NOW_MS);
    assert_int_equal(TIMER_NEVER, wheel_next_ms(wheel));
    wheel_turn(wheel, NOW_MS + 100000);
    wheel_turn(wheel, NOW_MS); /* a clock that did not move on */
    assert_int_equal(TIMER_NEVER, wheel_next_ms(wheel));
    free(wheel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_timer_rings_early_nor_more_than_a_grain_late),
        cmocka_unit_test(a_deadline_that_has_passed_rings_at_the_next_turn),
        cmocka_unit_test(after_a_long_sleep_everything_due_rings_once),
        cmocka_unit_test(an_empty_wheel_need_not_be_turned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
