#include "bench/vitals.h"

#include <math.h>
#include <unistd.h>

#include "test.h"

static const char page[] = "# HELP pangate_decided_entries Entries.\n"
                           "pangate_decided_entries 1200\n"
                           "pangate_journal_sync_duration_seconds_bucket{le=\"0.0001\"} 10\n"
                           "pangate_journal_sync_duration_seconds_bucket{le=\"0.0002\"} 90\n"
                           "pangate_journal_sync_duration_seconds_bucket{le=\"0.0004\"} 100\n"
                           "pangate_journal_sync_duration_seconds_bucket{le=\"+Inf\"} 100\n"
                           "pangate_journal_sync_duration_seconds_sum 0.015\n"
                           "pangate_journal_sync_duration_seconds_count 100\n"
                           "pangate_vault_used_bytes 8192\n";

static bool is_near(double a, double b)
{
    return fabs(a - b) < 1e-6 * fabs(b);
}

static void the_page_of_metrics_is_read(void **state)
{
    struct vitals vitals;
    (void)state;

    vitals_parse(page, &vitals);
    assert_true(is_near(vitals.entries, 1200));
    assert_true(is_near(vitals.syncs, 100));
    assert_true(is_near(vitals.sync_s, 0.015));
    assert_int_equal(4, vitals.bucket_count);
}

static void a_share_of_the_syncs_is_interpolated_within_its_bucket(void **state)
{
    struct vitals none = { 0 }, vitals;
    (void)state;

    vitals_parse(page, &vitals);
    assert_true(is_near(vitals_sync_us(&none, &vitals, 0.1), 100));
    assert_true(is_near(vitals_sync_us(&none, &vitals, 0.5), 150));
    assert_true(is_near(vitals_sync_us(&none, &vitals, 0.99), 380));
}

static void between_two_equal_looks_nothing_was_synced(void **state)
{
    struct vitals vitals;
    (void)state;

    vitals_parse(page, &vitals);
    assert_true(isnan(vitals_sync_us(&vitals, &vitals, 0.5)));
}

static void a_process_that_is_no_gateway_has_no_configuration(void **state)
{
    (void)state;

    assert_null(vitals_find(getpid()));
    assert_null(vitals_find(1 << 22));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_of_metrics_is_read),
        cmocka_unit_test(a_share_of_the_syncs_is_interpolated_within_its_bucket),
        cmocka_unit_test(between_two_equal_looks_nothing_was_synced),
        cmocka_unit_test(a_process_that_is_no_gateway_has_no_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
