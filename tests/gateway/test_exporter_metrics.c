#include "gateway/premises.h"

#include "gateway/exporter_metrics.h"

static void without_sinks_there_is_no_metric_of_them(void **state)
{
    const struct exporters none = { 0 };
    struct buf body AUTO(buf_done) = { .max = 65536 };
    (void)state;

    exporter_metrics_write(NULL, &body);
    exporter_metrics_write(&none, &body);
    assert_int_equal(0, body.size);
}

static void every_sink_has_a_sample_of_every_metric(void **state)
{
    static const char *const names[] = { "position",       "behind_entries",
                                         "behind_seconds", "parcels_total",
                                         "errors_total",   "last_success_timestamp_seconds" };
    struct exporter list[2] = { { .config.name = "disk" }, { .config.name = "siem" } };
    const struct exporters exporters = { .count = 2, .list = list };
    struct buf body AUTO(buf_done) = { .max = 65536 };
    char sample[128];
    (void)state;

    exporter_metrics_write(&exporters, &body);
    buf_add_u8(&body, '\0');
    assert_err(OK, buf_check(&body));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        for (size_t j = 0; j < exporters.count; j++) {
            (void)snprintf(sample, sizeof(sample), "\npangate_sink_%s{sink=\"%s\"} 0\n", names[i],
                           list[j].config.name);
            assert_non_null(strstr((const char *)body.data, sample));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_sinks_there_is_no_metric_of_them),
        cmocka_unit_test(every_sink_has_a_sample_of_every_metric),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
