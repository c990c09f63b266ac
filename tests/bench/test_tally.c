#include "bench/tally.h"

#include "test.h"

static struct tally *new_tally(void)
{
    struct tally *tally = calloc(1, sizeof(*tally));

    assert_non_null(tally);
    return tally;
}

static void errors_are_counted_by_code(void **state)
{
    struct tally *tally = new_tally();
    (void)state;

    tally_bad(tally, "404 no_such_token");
    tally_bad(tally, "503 overloaded");
    tally_bad(tally, "404 no_such_token");
    assert_int_equal(3, tally->bad);
    assert_int_equal(2, tally->code_count);
    assert_string_equal("404 no_such_token", tally->codes[0].code);
    assert_int_equal(2, tally->codes[0].count);
    free(tally);
}

static void a_code_cannot_break_a_report(void **state)
{
    struct tally *tally = new_tally();
    (void)state;

    tally_bad(tally, "500 <script>\"");
    assert_string_equal("500 ?script??", tally->codes[0].code);
    free(tally);
}

static void codes_beyond_the_bound_are_others(void **state)
{
    struct tally *tally = new_tally();
    char code[CODE_SIZE];
    (void)state;

    for (int i = 0; i < CODES_MAX + 10; i++) {
        (void)snprintf(code, sizeof(code), "%d", i);
        tally_bad(tally, code);
    }
    assert_int_equal(CODES_MAX, tally->code_count);
    assert_string_equal("others", tally->codes[CODES_MAX - 1].code);
    assert_int_equal(11, tally->codes[CODES_MAX - 1].count);
    free(tally);
}

static void merging_adds_everything_up(void **state)
{
    struct tally *a = new_tally(), *b = new_tally();
    (void)state;

    tally_good(a, 10);
    tally_good(b, 30);
    tally_bad(b, "closed");
    b->slices[3] = 7;
    tally_merge(a, b);
    assert_int_equal(2, a->good);
    assert_int_equal(1, a->bad);
    assert_int_equal(30, a->latency_ns.most);
    assert_int_equal(1, a->codes[0].count);
    assert_int_equal(7, a->slices[3]);
    free(a);
    free(b);
}

static void a_round_that_slows_down_drifts(void **state)
{
    struct tally *tally = new_tally();
    (void)state;

    assert_true(tally_drift(tally) == 0);
    for (size_t i = 0; i < SLICES; i++)
        tally->slices[i] = 100;
    assert_true(tally_drift(tally) == 0);
    for (size_t i = SLICES / 2; i < SLICES; i++)
        tally->slices[i] = 80;
    assert_true(tally_drift(tally) > STEADY_SHARE);
    free(tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_counted_by_code),
        cmocka_unit_test(a_code_cannot_break_a_report),
        cmocka_unit_test(codes_beyond_the_bound_are_others),
        cmocka_unit_test(merging_adds_everything_up),
        cmocka_unit_test(a_round_that_slows_down_drifts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
