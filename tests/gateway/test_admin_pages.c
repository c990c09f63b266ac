#include "gateway/premises.h"

#include "gateway/admin_pages.h"

/* A page, written: status and text. */
struct page {
    int status;
    struct buf body;
};

static void page_done(struct page *page)
{
    buf_done(&page->body);
}

static void write_page(void **state, const char *path, struct page *ret_page)
{
    struct premises *premises = *state;
    const struct admin_visitor visitor = { &premises->server, "uid 7" };
    const struct admin_page *page = admin_page_find(bytes_str(path));

    assert_non_null(page);
    buf_init(&ret_page->body, 1 << 20);
    ret_page->status = page->write(&visitor, &ret_page->body);
    assert_err(OK, buf_check(&ret_page->body));
}

static void a_running_process_is_alive(void **state)
{
    struct page page AUTO(page_done) = { 0 };
    struct premises *premises = *state;

    premises->server.draining = true;
    write_page(state, "/livez", &page);
    premises->server.draining = false;
    assert_int_equal(200, page.status);
    assert_bytes(bytes_lit("ok\n"), buf_bytes(&page.body));
}

static void readyz_says_ok_or_why_not(void **state)
{
    struct premises *premises = *state;
    struct page ready AUTO(page_done) = { 0 }, draining AUTO(page_done) = { 0 };

    write_page(state, "/readyz", &ready);
    assert_int_equal(200, ready.status);
    assert_bytes(bytes_lit("ok\n"), buf_bytes(&ready.body));
    premises->server.draining = true;
    write_page(state, "/readyz", &draining);
    premises->server.draining = false;
    assert_int_equal(503, draining.status);
    assert_bytes(bytes_lit("the gateway is draining\n"), buf_bytes(&draining.body));
}

static void pages_have_the_types_that_their_readers_want(void **state)
{
    static const char *const rows[][2] = { { "/livez", "text/plain" },
                                           { "/metrics", "text/plain; version=0.0.4" },
                                           { "/status", "application/json" } };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(rows[i][1], admin_page_find(bytes_str(rows[i][0]))->content_type);
}

static void every_page_can_be_written(void **state)
{
    static const char *const paths[] = { "/livez", "/readyz", "/metrics", "/status",
                                         "/audit-read" };

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct page page AUTO(page_done) = { 0 };
        write_page(state, paths[i], &page);
        assert_int_equal(200, page.status);
        assert_true(page.body.size > 0);
    }
}

static void other_paths_are_nowhere(void **state)
{
    static const char *const paths[] = { "", "/", "/livez/", "/Livez", "/healthz", "livez" };
    (void)state;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        assert_null(admin_page_find(bytes_str(paths[i])));
}

/* Entries below `next` are those from before the question; that it was asked is one of them
 * behind it. */
static void a_reader_of_the_log_is_told_how_far_to_read(void **state)
{
    struct premises *premises = *state;
    struct page page AUTO(page_done) = { 0 };
    struct vault_stats stats;
    unsigned long long next = 0;

    (void)booth_token(premises->booth, "4111111111111111");
    vault_stats(premises->server.vault, &stats);
    write_page(state, "/audit-read", &page);
    buf_add_u8(&page.body, '\0');
    assert_int_equal(1, sscanf((const char *)page.body.data, "{\"next\":%llu}", &next));
    assert_true(next >= stats.next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_running_process_is_alive),
        cmocka_unit_test(readyz_says_ok_or_why_not),
        cmocka_unit_test(pages_have_the_types_that_their_readers_want),
        cmocka_unit_test(every_page_can_be_written),
        cmocka_unit_test(other_paths_are_nowhere),
        cmocka_unit_test(a_reader_of_the_log_is_told_how_far_to_read),
    };

    return cmocka_run_group_tests(tests, premises_setup, premises_teardown);
}
