#include "vault/ledger.h"

#include "vault/desk.h"

static uint64_t enter(struct desk *desk, const char *name, const char *value)
{
    struct audit_entry entry = { .kind = AUDIT_INSPECT, .outcome = AUDIT_OK };
    struct row_key key = row_key_meta(name);
    uint64_t number = UINT64_MAX;

    ledger_put(&desk->ledger, STORE_META, &key, bytes_str(value));
    assert_err(OK, ledger_enter(&desk->ledger, &entry, &number));
    return number;
}

static enum err look(struct desk *desk, const char *name)
{
    struct row_key key = row_key_meta(name);

    return ledger_get(&desk->ledger, STORE_META, &key, &desk->ledger.value);
}

static void what_is_entered_is_seen_at_once(void **state)
{
    struct desk desk;
    (void)state;

    desk_init(&desk);
    assert_err(ERR_NOT_FOUND, look(&desk, "a"));
    assert_int_equal(0, enter(&desk, "a", "one"));
    assert_err(OK, look(&desk, "a"));
    assert_int_equal(1, enter(&desk, "b", "two"));
    desk_done(&desk);
}

static void what_is_only_staged_is_not_seen_and_can_be_dropped(void **state)
{
    struct desk desk;
    struct row_key key = row_key_meta("a");
    (void)state;

    desk_init(&desk);
    ledger_put(&desk.ledger, STORE_META, &key, bytes_lit("one"));
    assert_err(ERR_NOT_FOUND, look(&desk, "a"));
    ledger_drop(&desk.ledger);
    (void)enter(&desk, "b", "two");
    assert_err(ERR_NOT_FOUND, look(&desk, "a"));
    desk_done(&desk);
}

static void going_back_to_a_mark_gives_numbers_back(void **state)
{
    struct desk desk;
    size_t mark;
    (void)state;

    desk_init(&desk);
    (void)enter(&desk, "a", "one");
    mark = ledger_mark(&desk.ledger);
    (void)enter(&desk, "a", "two");
    (void)enter(&desk, "b", "three");
    ledger_back(&desk.ledger, mark);
    assert_err(OK, look(&desk, "a"));
    assert_bytes(bytes_lit("one"), buf_bytes(&desk.ledger.value));
    assert_err(ERR_NOT_FOUND, look(&desk, "b"));
    assert_int_equal(1, enter(&desk, "c", "four"));
    desk_done(&desk);
}

static void an_empty_turn_leaves_no_batch(void **state)
{
    struct desk desk;
    struct batch *batch;
    (void)state;

    desk_init(&desk);
    assert_null(ledger_take(&desk.ledger));
    assert_err(OK, ledger_open(&desk.ledger));
    (void)enter(&desk, "a", "one");
    batch = ledger_take(&desk.ledger);
    assert_non_null(batch);
    assert_int_equal(1, batch->count);
    assert_int_equal(1000, batch->time_ms);
    overlay_publish(desk.overlay, batch);
    overlay_remove(desk.overlay, batch);
    batch_free(batch);
    desk_done(&desk);
}

static void no_two_leaves_are_alike(void **state)
{
    struct desk desk;
    const struct batch_entry *first;
    (void)state;

    desk_init(&desk);
    (void)enter(&desk, "a", "one");
    (void)enter(&desk, "a", "one");
    first = desk.ledger.batch->entries;
    assert_int_equal(first->payload.size, first->next->payload.size);
    assert_false(bytes_equal(first->payload, first->next->payload));
    desk_done(&desk);
}

static void time_is_over_at_its_end_and_rows_go_after_a_jump_only_later(void **state)
{
    struct ledger ledger = { .now_ms = 1000 };
    (void)state;

    assert_false(ledger_is_over(&ledger, 0));
    assert_true(ledger_is_over(&ledger, 1000));
    assert_false(ledger_is_over(&ledger, 1001));
    assert_true(ledger_may_go(&ledger, 1000));
    assert_false(ledger_may_go(&ledger, 1001));
    ledger.sweep_after_ms = 1001;
    assert_false(ledger_may_go(&ledger, 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_entered_is_seen_at_once),
        cmocka_unit_test(what_is_only_staged_is_not_seen_and_can_be_dropped),
        cmocka_unit_test(going_back_to_a_mark_gives_numbers_back),
        cmocka_unit_test(an_empty_turn_leaves_no_batch),
        cmocka_unit_test(no_two_leaves_are_alike),
        cmocka_unit_test(time_is_over_at_its_end_and_rows_go_after_a_jump_only_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
