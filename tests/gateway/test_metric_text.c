#include "test.h"

#include "gateway/metric_text.h"

/* The text that a test writes, compared as a whole. */
static int body_setup(void **state)
{
    struct buf *body = calloc(1, sizeof(*body));

    assert_non_null(body);
    buf_init(body, 4096);
    *state = body;
    return 0;
}

static int body_teardown(void **state)
{
    buf_done(*state);
    free(*state);
    return 0;
}

static void assert_text(const char *expected, struct buf *body)
{
    buf_add_u8(body, '\0');
    assert_err(OK, buf_check(body));
    assert_string_equal(expected, (const char *)body->data);
}

static void a_metric_begins_with_help_and_type(void **state)
{
    const struct metric metric = { "ready", "gauge", "1 if readyz says so." };

    metric_begin(*state, &metric);
    assert_text("# HELP pangate_ready 1 if readyz says so.\n# TYPE pangate_ready gauge\n", *state);
}

static void a_sample_has_labels_or_none(void **state)
{
    metric_sample(*state, "ready", "", 1);
    metric_sample(*state, "requests_total", "route=\"/v1/x\",status=\"200\"", 17);
    assert_text("pangate_ready 1\npangate_requests_total{route=\"/v1/x\",status=\"200\"} 17\n",
                *state);
}

static void a_label_is_escaped(void **state)
{
    char label[64];
    (void)state;

    metric_label("file", "/a \"b\"\\c\n", label, sizeof(label));
    assert_string_equal("file=\"/a \\\"b\\\"\\\\c\\n\"", label);
    metric_label("f", "", label, sizeof("f=\"\""));
    assert_string_equal("f=\"\"", label);
}

static void a_large_count_is_written_whole(void **state)
{
    metric_sample(*state, "n", "", 9007199254740991.0);
    assert_text("pangate_n 9007199254740991\n", *state);
}

static void a_single_is_all_of_it(void **state)
{
    const struct metric metric = { "n", "counter", "So many." };

    metric_single(*state, &metric, 2.5);
    assert_text("# HELP pangate_n So many.\n# TYPE pangate_n counter\npangate_n 2.5\n", *state);
}

static void the_buckets_of_a_histogram_add_up(void **state)
{
    static const uint64_t buckets[] = { 1, 0, 2, 4 };
    const struct metric metric = { "d", "histogram", "How long." };
    const struct metric_histogram histogram = { buckets, 3, 0.25, 7.5 };

    metric_histogram_write(*state, &metric, &histogram);
    assert_text("# HELP pangate_d How long.\n"
                "# TYPE pangate_d histogram\n"
                "pangate_d_bucket{le=\"0.25\"} 1\n"
                "pangate_d_bucket{le=\"0.5\"} 1\n"
                "pangate_d_bucket{le=\"1\"} 3\n"
                "pangate_d_bucket{le=\"+Inf\"} 7\n"
                "pangate_d_sum 7.5\n"
                "pangate_d_count 7\n",
                *state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_metric_begins_with_help_and_type, body_setup,
                                        body_teardown),
        cmocka_unit_test_setup_teardown(a_sample_has_labels_or_none, body_setup, body_teardown),
        cmocka_unit_test(a_label_is_escaped),
        cmocka_unit_test_setup_teardown(a_large_count_is_written_whole, body_setup, body_teardown),
        cmocka_unit_test_setup_teardown(a_single_is_all_of_it, body_setup, body_teardown),
        cmocka_unit_test_setup_teardown(the_buckets_of_a_histogram_add_up, body_setup,
                                        body_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
