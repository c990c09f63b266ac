#include "service/desk.h"

static void a_record_opens_at_its_place_only(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token token = desk_card(&shop, "4111111111111111");
    struct record_place place = { 1, token }, elsewhere = { 2, token };
    struct view view AUTO(view_wipe) = { 0 };
    struct vault_row row;

    assert_err(OK, vault_find(desk->worker.reader, &place, &row));
    assert_err(OK, view_open(&desk->worker, &place, record_bytes(&row.record), &view));
    assert_string_equal("1111", view.record.about.last4);
    assert_err(ERR_VAULT_DAMAGED,
               view_open(&desk->worker, &elsewhere, record_bytes(&row.record), &view));
    elsewhere = place;
    elsewhere.token.text[2] ^= 1;
    assert_err(ERR_VAULT_DAMAGED,
               view_open(&desk->worker, &elsewhere, record_bytes(&row.record), &view));
}

static void a_damaged_record_is_an_alarm_in_the_audit_log(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token token = desk_card(&shop, "5555555555554444");
    struct record_place place = { 1, token };
    struct view view AUTO(view_wipe) = { 0 };
    struct seen *seen = calloc(1, sizeof(*seen));
    struct vault_row row;

    assert_non_null(seen);
    assert_err(OK, vault_find(desk->worker.reader, &place, &row));
    desk_look(desk, seen);
    row.record.data[row.record.size - 1] ^= 1;
    assert_err(ERR_VAULT_DAMAGED,
               view_open(&desk->worker, &place, record_bytes(&row.record), &view));
    row.record.data[row.record.size - 1] ^= 1;
    assert_err(OK, view_open(&desk->worker, &place, record_bytes(&row.record), &view));
    desk_look(desk, seen);
    assert_int_equal(1, seen->count);
    assert_int_equal(AUDIT_ALARM, seen->entries[0].kind);
    assert_int_equal(AUDIT_FAILED, seen->entries[0].outcome);
    assert_string_equal("vault_damaged", seen->entries[0].code);
    assert_string_equal(token.text, seen->entries[0].token);
    free(seen);
}

static void wiping_leaves_nothing(void **state)
{
    static const struct view empty;
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct view view;

    memset(&view, 0, sizeof(view));
    assert_err(OK, desk_tokenize(&shop, fields_of("4111111111111111"), &view));
    view_wipe(&view);
    assert_memory_equal(&empty, &view, sizeof(view));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_opens_at_its_place_only),
        cmocka_unit_test(a_damaged_record_is_an_alarm_in_the_audit_log),
        cmocka_unit_test(wiping_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
