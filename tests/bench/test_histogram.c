#include "bench/histogram.h"

#include "test.h"

static struct histogram *new_histogram(void)
{
    struct histogram *histogram = calloc(1, sizeof(*histogram));

    assert_non_null(histogram);
    return histogram;
}

static void an_empty_histogram_says_zero(void **state)
{
    struct histogram *histogram = new_histogram();
    (void)state;

    assert_int_equal(0, histogram_at(histogram, 0.5));
    assert_int_equal(0, histogram_at(histogram, 1));
    free(histogram);
}

static void small_values_are_exact(void **state)
{
    struct histogram *histogram = new_histogram();
    (void)state;

    for (uint64_t value = 1; value <= 100; value++)
        histogram_add(histogram, value);
    assert_int_equal(50, histogram_at(histogram, 0.5));
    assert_int_equal(99, histogram_at(histogram, 0.99));
    assert_int_equal(100, histogram_at(histogram, 1));
    free(histogram);
}

static void every_value_reads_back_within_one_in_128(void **state)
{
    (void)state;

    for (uint64_t value = 1; value < UINT64_C(1) << 39; value += value / 3 + 1) {
        struct histogram *histogram = new_histogram();
        uint64_t got;

        histogram_add(histogram, value);
        histogram_add(histogram, value * 2);
        got = histogram_at(histogram, 0.5);
        assert_true(got >= value);
        assert_true(got - value <= value / HISTOGRAM_STEPS);
        free(histogram);
    }
}

static void the_largest_value_is_exact(void **state)
{
    struct histogram *histogram = new_histogram();
    (void)state;

    histogram_add(histogram, 1234567);
    histogram_add(histogram, 10);
    assert_int_equal(1234567, histogram_at(histogram, 1));
    assert_int_equal(1234567, histogram->most);
    free(histogram);
}

static void a_value_beyond_the_range_is_counted_in_the_last_slot(void **state)
{
    struct histogram *histogram = new_histogram();
    (void)state;

    histogram_add(histogram, UINT64_MAX);
    assert_int_equal(1, histogram->slots[HISTOGRAM_SLOTS - 1]);
    assert_int_equal(UINT64_MAX, histogram->most);
    free(histogram);
}

static void merging_is_as_adding_everything(void **state)
{
    struct histogram *a = new_histogram(), *b = new_histogram(), *all = new_histogram();
    (void)state;

    for (uint64_t i = 0; i < 1000; i++) {
        histogram_add(i % 2 == 0 ? a : b, i * i);
        histogram_add(all, i * i);
    }
    histogram_merge(a, b);
    assert_memory_equal(all, a, sizeof(*all));
    free(a);
    free(b);
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_histogram_says_zero),
        cmocka_unit_test(small_values_are_exact),
        cmocka_unit_test(every_value_reads_back_within_one_in_128),
        cmocka_unit_test(the_largest_value_is_exact),
        cmocka_unit_test(a_value_beyond_the_range_is_counted_in_the_last_slot),
        cmocka_unit_test(merging_is_as_adding_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
