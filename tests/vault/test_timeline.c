#include "vault/timeline.h"

#include "base/clock.h"
#include "test.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 3600 * 1000, WEEK_MS = 7 * 24 * HOUR_MS };

static int64_t *shift_ms(void)
{
    static int64_t shift;
    return &shift;
}

static int64_t wall_ms(void)
{
    return clock_wall_ms() + *shift_ms();
}

static struct timeline started(int64_t last_ms, bool *ret_jumped)
{
    struct timeline timeline = { .wall_ms = wall_ms };

    *shift_ms() = 0;
    timeline_start(&timeline, last_ms, WEEK_MS, ret_jumped);
    return timeline;
}

static void a_small_step_back_is_held(void **state)
{
    bool jumped;
    struct timeline timeline = started(clock_wall_ms(), &jumped);
    int64_t before = timeline_look(&timeline).now_ms;
    struct timeline_look look;
    (void)state;

    *shift_ms() = -30 * 1000;
    look = timeline_look(&timeline);
    assert_int_equal(before, look.now_ms);
    assert_false(look.jumped);
}

static void a_step_over_a_minute_is_a_jump_once(void **state)
{
    bool jumped;
    struct timeline timeline = started(clock_wall_ms(), &jumped);
    (void)state;

    (void)timeline_look(&timeline);
    *shift_ms() = 2 * MINUTE_MS;
    assert_true(timeline_look(&timeline).jumped);
    assert_false(timeline_look(&timeline).jumped);
    *shift_ms() = -HOUR_MS / 2;
    assert_true(timeline_look(&timeline).jumped);
    assert_false(timeline_look(&timeline).jumped);
}

static void an_hour_is_held_and_more_is_followed_down(void **state)
{
    int64_t last = 10 * (int64_t)HOUR_MS;
    (void)state;

    assert_int_equal(last, timeline_held_ms(last, last - 1));
    assert_int_equal(last, timeline_held_ms(last, last - HOUR_MS));
    assert_int_equal(last - HOUR_MS - 1, timeline_held_ms(last, last - HOUR_MS - 1));
    assert_int_equal(last + 1, timeline_held_ms(last, last + 1));
}

static void being_away_is_no_jump_but_a_year_is(void **state)
{
    int64_t now = clock_wall_ms();
    bool jumped;
    (void)state;

    (void)started(0, &jumped);
    assert_false(jumped);
    (void)started(now - WEEK_MS + MINUTE_MS, &jumped);
    assert_false(jumped);
    (void)started(now - WEEK_MS - MINUTE_MS, &jumped);
    assert_true(jumped);
    (void)started(now + 2 * MINUTE_MS, &jumped);
    assert_true(jumped);
    (void)started(now + MINUTE_MS / 2, &jumped);
    assert_false(jumped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_step_back_is_held),
        cmocka_unit_test(a_step_over_a_minute_is_a_jump_once),
        cmocka_unit_test(an_hour_is_held_and_more_is_followed_down),
        cmocka_unit_test(being_away_is_no_jump_but_a_year_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
