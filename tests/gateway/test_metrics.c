#include "gateway/premises.h"

#include "gateway/metrics.h"

struct page {
    struct buf body;
    const char *text;
};

static void page_done(struct page *page)
{
    buf_done(&page->body);
}

static void write_page(void **state, struct page *ret_page)
{
    struct premises *premises = *state;

    buf_init(&ret_page->body, 1 << 20);
    metrics_write(&premises->server, &ret_page->body);
    buf_add_u8(&ret_page->body, '\0');
    assert_err(OK, buf_check(&ret_page->body));
    ret_page->text = (const char *)ret_page->body.data;
}

/* The value of a sample, its labels included; it must be there once. */
static double sample(const struct page *page, const char *name)
{
    char pattern[256];
    const char *at;

    (void)snprintf(pattern, sizeof(pattern), "\n%s ", name);
    at = strstr(page->text, pattern);
    if (at == NULL)
        print_error("%s is not there\n", name);
    assert_non_null(at);
    assert_null(strstr(at + 1, pattern));
    return strtod(at + strlen(pattern), NULL);
}

static void every_metric_of_the_manual_is_there(void **state)
{
    static const char *const names[] = {
        "pangate_build_info{version=\"" PANGATE_VERSION "\"}",
        "pangate_ready",
        "pangate_request_duration_seconds_count",
        "pangate_connections",
        "pangate_handshakes_total{result=\"ok\"}",
        "pangate_journal_sync_duration_seconds_count",
        "pangate_journal_failed",
        "pangate_memory_used_bytes",
        "pangate_memory_max_bytes",
        "pangate_journal_used_bytes",
        "pangate_journal_size_bytes",
        "pangate_overlay_changes",
        "pangate_decided_entries",
        "pangate_applied_entries",
        "pangate_vault_cards{tenant=\"shop\"}",
        "pangate_vault_cards{tenant=\"other\"}",
        "pangate_vault_tombstones{tenant=\"shop\"}",
        "pangate_vault_used_bytes",
        "pangate_vault_size_bytes",
        "pangate_token_draws_mean{format=\"digits_last4\"}",
        "pangate_token_draws_mean{format=\"opaque\"}",
        "pangate_clock_jumps_total",
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_virtual_memory_bytes",
        "process_open_fds",
        "process_max_fds",
        "process_start_time_seconds",
    };
    struct page page AUTO(page_done) = { 0 };

    write_page(state, &page);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_true(sample(&page, names[i]) >= 0);
    assert_true(sample(&page, "pangate_ready") > 0);
}

static void requests_are_counted_by_route_method_and_status(void **state)
{
    struct premises *premises = *state;
    const struct request_facts facts[] = {
        { .endpoint = 0, .method = HTTP_POST, .status = 201, .duration_ns = 1000000 },
        { .endpoint = 0, .method = HTTP_POST, .status = 201, .duration_ns = 1000000 },
        { .endpoint = COUNTERS_NO_ENDPOINT, .method = HTTP_GET, .status = 404 },
    };
    struct page page AUTO(page_done) = { 0 };

    for (size_t i = 0; i < 3; i++)
        counters_add_request(&premises->booth->worker.counters, &facts[i]);
    write_page(state, &page);
    assert_true(sample(&page, "pangate_requests_total{route=\"/v1/tokenize\",method=\"POST\","
                              "status=\"201\"}") == 2);
    assert_true(sample(&page, "pangate_requests_total{route=\"\",method=\"GET\",status=\"404\"}") ==
                1);
    assert_true(sample(&page, "pangate_request_duration_seconds_count") == 3);
    assert_true(sample(&page, "pangate_request_duration_seconds_sum") == 0.002);
}

static void workers_are_added_up(void **state)
{
    struct premises *premises = *state;
    const struct request_facts facts = { .endpoint = 1, .method = HTTP_POST, .status = 200 };
    struct worker *second = calloc(1, sizeof(*second));
    struct page page AUTO(page_done) = { 0 };

    assert_non_null(second);
    premises->server.workers[1] = second;
    premises->server.worker_count = 2;
    counters_add_request(&premises->booth->worker.counters, &facts);
    counters_add_request(&second->counters, &facts);
    counter_add(&second->counters.refusals[ERR_RATE], 4);
    counter_add(&premises->booth->worker.counters.refusals[ERR_RATE], 1);
    write_page(state, &page);
    premises->server.worker_count = 1;
    free(second);
    assert_true(sample(&page, "pangate_requests_total{route=\"/v1/tokenize/batch\",method=\"POST\","
                              "status=\"200\"}") == 2);
    assert_true(sample(&page, "pangate_refusals_total{code=\"too_many_requests\"}") == 5);
}

static void errors_of_one_code_are_one_sample(void **state)
{
    struct premises *premises = *state;
    struct counters *counters = &premises->booth->worker.counters;
    struct page page AUTO(page_done) = { 0 };

    counter_add(&counters->refusals[ERR_INTERNAL], 1);
    counter_add(&counters->refusals[ERR_IO], 2);
    counter_add(&counters->refusals[ERR_MEMORY], 4);
    write_page(state, &page);
    assert_true(sample(&page, "pangate_refusals_total{code=\"internal\"}") == 7);
}

static void no_label_names_a_client_or_a_token(void **state)
{
    struct premises *premises = *state;
    struct booth_value token = booth_token(premises->booth, "4111111111111111");
    struct page page AUTO(page_done) = { 0 };

    write_page(state, &page);
    assert_null(strstr(page.text, token.text));
    assert_null(strstr(page.text, "clerk"));
    assert_null(strstr(page.text, "urn:test"));
}

static void certificates_have_their_end(void **state)
{
    struct premises *premises = *state;
    struct page page AUTO(page_done) = { 0 };
    char name[TEST_PATH_SIZE + 64];
    double end;

    (void)snprintf(name, sizeof(name), "pangate_certificate_expiry_timestamp_seconds{file=\"%s\"}",
                   premises->listener.certificate);
    write_page(state, &page);
    end = sample(&page, name);
    assert_true(end > (double)clock_wall_ms() / 1000 + 3600);
}

/* Text format 0.0.4: each family has HELP and TYPE once, its samples stand together. */
static void families_stand_together(void **state)
{
    struct page page AUTO(page_done) = { 0 };
    size_t helps = 0, types = 0;

    write_page(state, &page);
    for (const char *line = page.text; *line != '\0'; line = strchr(line, '\n') + 1) {
        helps += strncmp(line, "# HELP pangate_", 15) == 0;
        types += strncmp(line, "# TYPE pangate_", 15) == 0;
        assert_non_null(strchr(line, ' '));
        if (line[0] == '#')
            continue;
        assert_true(strncmp(line, "pangate_", 8) == 0 || strncmp(line, "process_", 8) == 0);
    }
    assert_true(helps > 15);
    assert_int_equal(helps, types);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_metric_of_the_manual_is_there),
        cmocka_unit_test(requests_are_counted_by_route_method_and_status),
        cmocka_unit_test(workers_are_added_up),
        cmocka_unit_test(errors_of_one_code_are_one_sample),
        cmocka_unit_test(no_label_names_a_client_or_a_token),
        cmocka_unit_test(certificates_have_their_end),
        cmocka_unit_test(families_stand_together),
    };

    return cmocka_run_group_tests(tests, premises_setup, premises_teardown);
}
