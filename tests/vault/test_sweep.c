#include "vault/books.h"

static const struct wish visa = { .pan = "4111111111111111" };

static size_t rows(struct scene *s, enum store_table table)
{
    struct store_txn *txn AUTO(store_abort) = NULL;

    world_settle(&s->world);
    assert_err(OK, store_snapshot(s->world.vault->store, &txn));
    return count_rows(txn, table);
}

/* A vault that keeps what expired for so long. */
static void scene_keeping(struct scene *s, int64_t expired_keep_ms)
{
    scene_init(s);
    s->world.options.expired_keep_ms = expired_keep_ms;
    scene_restart(s);
}

static void an_expired_card_is_swept_with_an_entry_and_a_tombstone(void **state)
{
    struct scene s;
    struct wish brief = visa;
    struct audit_reader *reader;
    struct audit_entry entry;
    struct vault_stats stats;
    struct told stored;
    (void)state;

    scene_keeping(&s, WORLD_STEP_MS / 2);
    brief.expires_at_ms = world_wall_ms() + 1000;
    brief.customer = "c-1";
    stored = hand_store(&s.hand, &brief);
    world_settle(&s.world);
    world_step();
    while (rows(&s, STORE_TOKENS) > 0)
        clock_sleep_ms(20);
    assert_int_equal(1, rows(&s, STORE_TOMBSTONES));
    assert_int_equal(0, rows(&s, STORE_INDEX));
    assert_int_equal(0, rows(&s, STORE_EXPIRY));
    assert_int_equal(0, rows(&s, STORE_CUSTOMERS));
    vault_stats(s.world.vault, &stats);
    reader = log_open(&s.world);
    leaf_read(reader, stored.number + 1, &entry);
    assert_int_equal(AUDIT_EXPIRE, entry.kind);
    assert_string_equal(stored.token.text, entry.token);
    assert_string_equal("shop", entry.tenant);
    audit_reader_free(reader);
    assert_int_equal(stored.number + 2, stats.next);
    scene_done(&s);
}

static void what_expired_is_kept_for_a_while(void **state)
{
    struct scene s;
    struct wish brief = visa;
    (void)state;

    scene_init(&s);
    brief.expires_at_ms = world_wall_ms() + 1000;
    (void)hand_store(&s.hand, &brief);
    world_settle(&s.world);
    world_step();
    clock_sleep_ms(500);
    assert_int_equal(1, rows(&s, STORE_TOKENS));
    scene_done(&s);
}

static void sweeping_an_old_token_leaves_the_index_to_the_new_one(void **state)
{
    struct scene s;
    struct wish brief = visa;
    struct told renewed, again;
    (void)state;

    scene_keeping(&s, WORLD_STEP_MS + WORLD_STEP_MS / 2);
    brief.expires_at_ms = world_wall_ms() + WORLD_STEP_MS;
    (void)hand_store(&s.hand, &brief);
    world_step();
    renewed = hand_store(&s.hand, &visa);
    assert_int_equal(DECIDED_NEW, renewed.decision);
    world_step();
    assert_err(OK, hand_ask(&s.hand, PROPOSE_REVEAL, &renewed.token, NULL).err);
    world_step();
    while (rows(&s, STORE_TOKENS) > 1)
        clock_sleep_ms(20);
    assert_int_equal(1, rows(&s, STORE_INDEX));
    again = hand_store(&s.hand, &visa);
    assert_int_equal(DECIDED_KNOWN, again.decision);
    assert_true(token_equal(&renewed.token, &again.token));
    scene_done(&s);
}

static void a_clock_that_jumps_is_entered_and_sweeps_nothing(void **state)
{
    struct scene s;
    struct wish brief = visa;
    struct audit_reader *reader;
    struct audit_entry entry;
    struct told stored;
    (void)state;

    scene_init(&s);
    brief.expires_at_ms = world_wall_ms() + 1000;
    stored = hand_store(&s.hand, &brief);
    world_settle(&s.world);
    atomic_fetch_add(world_shift_ms(), 3650 * 24 * 3600 * INT64_C(1000));
    clock_sleep_ms(600);
    assert_int_equal(1, rows(&s, STORE_TOKENS));
    reader = log_open(&s.world);
    leaf_read(reader, stored.number + 1, &entry);
    assert_int_equal(AUDIT_CLOCK_JUMP, entry.kind);
    audit_reader_free(reader);
    scene_restart(&s);
    clock_sleep_ms(600);
    assert_int_equal(1, rows(&s, STORE_TOKENS));
    scene_done(&s);
}

static void rows_kept_for_replays_go_when_their_time_is_over(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body");
    struct wish once = { .pan = visa.pan, .single = true };
    struct told stored;
    (void)state;

    scene_keeping(&s, 0);
    key.keep_ms = WORLD_STEP_MS / 2;
    stored = hand_store(&s.hand, &once);
    (void)hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, &key);
    assert_int_equal(1, rows(&s, STORE_USED));
    assert_int_equal(1, rows(&s, STORE_IDEMPOTENCY));
    assert_int_equal(2, rows(&s, STORE_EXPIRY));
    world_step();
    (void)hand_store(&s.hand, &visa);
    assert_int_equal(0, rows(&s, STORE_USED));
    assert_int_equal(0, rows(&s, STORE_IDEMPOTENCY));
    assert_int_equal(0, rows(&s, STORE_EXPIRY));
    scene_done(&s);
}

static void a_key_that_was_used_again_keeps_its_newer_row(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body");
    (void)state;

    scene_keeping(&s, 0);
    key.keep_ms = WORLD_STEP_MS / 2;
    (void)hand_store_with(&s.hand, &visa, &key);
    world_settle(&s.world);
    world_step();
    assert_false(hand_store_with(&s.hand, &visa, &key).replayed);
    assert_int_equal(1, rows(&s, STORE_IDEMPOTENCY));
    assert_int_equal(1, rows(&s, STORE_EXPIRY));
    assert_true(hand_store_with(&s.hand, &visa, &key).replayed);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_expired_card_is_swept_with_an_entry_and_a_tombstone),
        cmocka_unit_test(what_expired_is_kept_for_a_while),
        cmocka_unit_test(sweeping_an_old_token_leaves_the_index_to_the_new_one),
        cmocka_unit_test(a_clock_that_jumps_is_entered_and_sweeps_nothing),
        cmocka_unit_test(rows_kept_for_replays_go_when_their_time_is_over),
        cmocka_unit_test(a_key_that_was_used_again_keeps_its_newer_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
