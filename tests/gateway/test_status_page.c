#include "gateway/premises.h"

#include <unistd.h>

#include "base/instant.h"
#include "gateway/status_page.h"
#include "wire/json.h"

/* The page, read as JSON again. */
struct status {
    struct json_doc doc;
    struct json_fault fault;
    struct json_reader reader;
};

static void status_done(struct status *status)
{
    json_doc_done(&status->doc);
}

static void read_status(void **state, struct status *ret_status)
{
    struct premises *premises = *state;
    struct buf body AUTO(buf_done) = { 0 };

    buf_init(&body, 65536);
    status_page_write(&premises->server, &body);
    assert_int_equal('\n', body.data[body.size - 1]);
    assert_err(OK, json_doc_read(buf_bytes(&body), &ret_status->doc));
    ret_status->reader = json_reader_on(json_doc_root(&ret_status->doc), &ret_status->fault);
}

static int64_t number_of(struct json_reader *reader, const char *name)
{
    int64_t number = -1;

    assert_true(json_take_integer(reader, name, &number));
    return number;
}

static struct bytes text_of(struct json_reader *reader, const char *name)
{
    struct bytes text = { 0 };

    assert_true(json_take_text(reader, name, &text));
    return text;
}

static void the_page_has_the_members_of_the_manual(void **state)
{
    struct status status AUTO(status_done) = { 0 };
    struct json_reader inner;
    struct json_items items;
    int64_t started_ms;

    read_status(state, &status);
    assert_bytes(bytes_lit(PANGATE_VERSION), text_of(&status.reader, "version"));
    assert_int_equal(getpid(), number_of(&status.reader, "pid"));
    assert_bytes(bytes_lit("ready"), text_of(&status.reader, "state"));
    json_need_items(&status.reader, "reasons", &items);
    assert_int_equal(0, items.count);
    assert_err(OK, instant_read(text_of(&status.reader, "started_at"), &started_ms));
    assert_int_equal(1, number_of(&status.reader, "workers"));
    assert_int_equal(0, number_of(&status.reader, "connections"));
    json_need_object(&status.reader, "journal", &inner);
    assert_true(number_of(&inner, "next") >= number_of(&inner, "applied"));
    assert_true(number_of(&inner, "bytes") < number_of(&inner, "bytes_max"));
    json_need_object(&status.reader, "overlay", &inner);
    assert_true(number_of(&inner, "used") < number_of(&inner, "max"));
    json_need_object(&status.reader, "vault", &inner);
    assert_true(number_of(&inner, "bytes") < number_of(&inner, "bytes_max"));
    json_need_items(&status.reader, "certificates", &items);
    assert_int_equal(2, items.count);
    assert_err(OK, status.fault.err);
}

static void cards_of_all_tenants_are_counted(void **state)
{
    struct premises *premises = *state;
    struct status before AUTO(status_done) = { 0 }, after AUTO(status_done) = { 0 };
    struct json_reader inner;
    int64_t cards;

    read_status(state, &before);
    json_need_object(&before.reader, "vault", &inner);
    cards = number_of(&inner, "cards");
    (void)booth_token(premises->booth, "4111111111111111");
    (void)booth_token(premises->booth, "5555555555554444");
    world_settle(&premises->booth->world);
    read_status(state, &after);
    json_need_object(&after.reader, "vault", &inner);
    assert_int_equal(cards + 2, number_of(&inner, "cards"));
}

static void connections_of_all_workers_are_counted(void **state)
{
    struct premises *premises = *state;
    struct status status AUTO(status_done) = { 0 };

    counter_add(&premises->booth->worker.counters.sessions, 3);
    read_status(state, &status);
    counter_sub(&premises->booth->worker.counters.sessions, 3);
    assert_int_equal(3, number_of(&status.reader, "connections"));
}

static void each_certificate_file_has_its_end(void **state)
{
    struct premises *premises = *state;
    struct certificate_file file;
    size_t at = 0;

    assert_true(certificate_file_next(&premises->server, &at, &file));
    assert_string_equal(premises->listener.certificate, file.path);
    assert_in_range(file.not_after_ms, clock_wall_ms() + PREMISES_DAY_MS / 2,
                    clock_wall_ms() + 2 * (int64_t)PREMISES_DAY_MS);
    assert_true(certificate_file_next(&premises->server, &at, &file));
    assert_string_equal(premises->listener.client_ca, file.path);
    assert_false(certificate_file_next(&premises->server, &at, &file));
}

static void a_file_that_cannot_be_read_is_left_out(void **state)
{
    struct premises *premises = *state;
    struct config_listener before = premises->listener;
    struct certificate_file file;
    size_t at = 0;

    (void)snprintf(premises->listener.certificate, PATH_SIZE, "/nowhere.pem");
    assert_true(certificate_file_next(&premises->server, &at, &file));
    assert_string_equal(premises->listener.client_ca, file.path);
    assert_false(certificate_file_next(&premises->server, &at, &file));
    premises->listener = before;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_has_the_members_of_the_manual),
        cmocka_unit_test(cards_of_all_tenants_are_counted),
        cmocka_unit_test(connections_of_all_workers_are_counted),
        cmocka_unit_test(each_certificate_file_has_its_end),
        cmocka_unit_test(a_file_that_cannot_be_read_is_left_out),
    };

    return cmocka_run_group_tests(tests, premises_setup, premises_teardown);
}
