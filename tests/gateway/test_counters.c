#include "test.h"

#include "gateway/counters.h"

static int counters_setup(void **state)
{
    *state = calloc(1, sizeof(struct counters));
    assert_non_null(*state);
    return 0;
}

static int counters_teardown(void **state)
{
    free(*state);
    return 0;
}

/* The count of a combination; 0 if it has no row. */
static uint64_t count_of(struct counters *counters, struct request_facts facts)
{
    uint32_t key =
        1 + ((uint32_t)facts.endpoint << 24 | (uint32_t)facts.method << 16 | facts.status);
    uint64_t count = 0;

    for (size_t i = 0; i < COUNTERS_REQUESTS_MAX; i++) {
        if (counters->requests[i].key != key)
            continue;
        assert_int_equal(0, count); /* a combination has one row */
        count = counters->requests[i].count;
    }
    return count;
}

static void combinations_are_counted_apart(void **state)
{
    const struct request_facts facts[] = { { .endpoint = 0, .method = 0, .status = 200 },
                                           { .endpoint = 1, .method = 0, .status = 200 },
                                           { .endpoint = 0, .method = 1, .status = 200 },
                                           { .endpoint = 0, .method = 0, .status = 404 },
                                           { .endpoint = COUNTERS_NO_ENDPOINT, .status = 404 } };
    const size_t count = sizeof(facts) / sizeof(facts[0]);

    for (size_t i = 0; i < count; i++) {
        for (size_t times = 0; times <= i; times++)
            counters_add_request(*state, &facts[i]);
    }
    for (size_t i = 0; i < count; i++)
        assert_int_equal(i + 1, count_of(*state, facts[i]));
}

static void a_full_table_still_counts_what_it_holds(void **state)
{
    struct counters *counters = *state;
    struct request_facts facts = { 0 };
    uint64_t timed = 0, rows = 0;

    for (uint16_t i = 0; i < COUNTERS_REQUESTS_MAX + 50; i++) {
        facts.status = (uint16_t)(100 + i);
        counters_add_request(counters, &facts);
    }
    facts.status = 100;
    counters_add_request(counters, &facts);
    assert_int_equal(2, count_of(counters, facts));
    for (size_t i = 0; i < COUNTERS_REQUESTS_MAX; i++)
        rows += counters->requests[i].count;
    for (size_t i = 0; i <= DURATION_BUCKETS; i++)
        timed += counters->duration_buckets[i];
    assert_int_equal(COUNTERS_REQUESTS_MAX + 1, rows);
    assert_int_equal(COUNTERS_REQUESTS_MAX + 51, timed);
}

static void durations_fall_into_buckets_that_double(void **state)
{
    static const struct {
        int64_t ns;
        size_t bucket;
    } rows[] = { { 0, 0 },
                 { 64000, 0 },
                 { 64001, 1 },
                 { 128000, 1 },
                 { 128001, 2 },
                 { 256000, 2 },
                 { INT64_C(64000) << 15, 15 },
                 { (INT64_C(64000) << 15) + 1, 16 },
                 { INT64_MAX / 2, 16 } };
    struct counters *counters = *state;
    uint64_t sum = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t before = counters->duration_buckets[rows[i].bucket];
        counters_add_request(counters, &(struct request_facts){ .duration_ns = rows[i].ns });
        assert_int_equal(before + 1, counters->duration_buckets[rows[i].bucket]);
        sum += (uint64_t)rows[i].ns;
    }
    assert_int_equal(sum, counters->duration_sum_ns);
}

static void a_counter_goes_up_and_down(void **state)
{
    struct counters *counters = *state;

    counter_add(&counters->sessions, 3);
    counter_sub(&counters->sessions, 2);
    assert_int_equal(1, counters->sessions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(combinations_are_counted_apart, counters_setup,
                                        counters_teardown),
        cmocka_unit_test_setup_teardown(a_full_table_still_counts_what_it_holds, counters_setup,
                                        counters_teardown),
        cmocka_unit_test_setup_teardown(durations_fall_into_buckets_that_double, counters_setup,
                                        counters_teardown),
        cmocka_unit_test_setup_teardown(a_counter_goes_up_and_down, counters_setup,
                                        counters_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
