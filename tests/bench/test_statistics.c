#include "bench/statistics.h"

#include <math.h>

#include "test.h"

#define assert_near(expected, got) assert_true(fabs((expected) - (got)) < 1e-9)

static struct sample sample_of(const double *values, size_t count)
{
    struct sample sample = { 0 };

    for (size_t i = 0; i < count; i++)
        sample_add(&sample, values[i]);
    return sample;
}

#define SAMPLE(...)                                                                                \
    sample_of((const double[]){ __VA_ARGS__ },                                                     \
              sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double))

static void the_median_of_an_odd_count_is_the_middle(void **state)
{
    const struct sample sample = SAMPLE(9, 1, 5);
    (void)state;

    assert_near(5, sample_median(&sample));
}

static void the_median_of_an_even_count_is_between_two(void **state)
{
    const struct sample sample = SAMPLE(4, 1, 10, 2);
    (void)state;

    assert_near(3, sample_median(&sample));
}

static void an_empty_sample_has_no_median(void **state)
{
    const struct sample sample = { 0 };
    (void)state;

    assert_true(isnan(sample_median(&sample)));
    assert_near(0, sample_spread(&sample));
}

static void what_is_not_a_number_is_left_out(void **state)
{
    const struct sample sample = SAMPLE(NAN, 3);
    (void)state;

    assert_int_equal(1, sample.count);
}

static void no_more_rounds_are_kept_than_fit(void **state)
{
    struct sample sample = { 0 };
    (void)state;

    for (int i = 0; i < ROUNDS_MAX + 5; i++)
        sample_add(&sample, i);
    assert_int_equal(ROUNDS_MAX, sample.count);
}

static void the_spread_is_half_the_range_over_the_median(void **state)
{
    const struct sample sample = SAMPLE(90, 100, 120);
    (void)state;

    assert_near(0.15, sample_spread(&sample));
}

static void a_difference_within_the_noise_is_none(void **state)
{
    const struct sample a = SAMPLE(90, 100, 110), b = SAMPLE(95, 110, 120);
    const struct comparison comparison = sample_compare(&a, &b);
    (void)state;

    assert_near(1.1, comparison.ratio);
    assert_int_equal(SAME, comparison.verdict);
}

static void a_difference_beyond_the_noise_is_one_either_way(void **state)
{
    const struct sample a = SAMPLE(99, 100, 101), b = SAMPLE(119, 120, 121);
    (void)state;

    assert_int_equal(MORE, sample_compare(&a, &b).verdict);
    assert_int_equal(LESS, sample_compare(&b, &a).verdict);
}

static void one_round_each_is_not_believed_to_the_percent(void **state)
{
    const struct sample a = SAMPLE(100), b = SAMPLE(101);
    (void)state;

    assert_int_equal(SAME, sample_compare(&a, &b).verdict);
}

static void a_sample_does_not_differ_from_itself(void **state)
{
    const struct sample zero = SAMPLE(0, 0), a = SAMPLE(3, 5, 8);
    (void)state;

    assert_near(1, sample_compare(&zero, &zero).ratio);
    assert_int_equal(SAME, sample_compare(&zero, &zero).verdict);
    assert_int_equal(SAME, sample_compare(&a, &a).verdict);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_median_of_an_odd_count_is_the_middle),
        cmocka_unit_test(the_median_of_an_even_count_is_between_two),
        cmocka_unit_test(an_empty_sample_has_no_median),
        cmocka_unit_test(what_is_not_a_number_is_left_out),
        cmocka_unit_test(no_more_rounds_are_kept_than_fit),
        cmocka_unit_test(the_spread_is_half_the_range_over_the_median),
        cmocka_unit_test(a_difference_within_the_noise_is_none),
        cmocka_unit_test(a_difference_beyond_the_noise_is_one_either_way),
        cmocka_unit_test(one_round_each_is_not_believed_to_the_percent),
        cmocka_unit_test(a_sample_does_not_differ_from_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
