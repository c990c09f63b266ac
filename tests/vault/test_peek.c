#include "vault/peek.h"

#include "vault/books.h"

static const struct wish visa = { .pan = "4111111111111111", .customer = "c-1" };
static const struct wish other = { .pan = "5555555555554444", .customer = "c-2" };

static struct vault_peek *peek_made(struct world *world, bool is_served)
{
    struct vault_peek *peek;
    struct why why = { 0 };

    assert_err(OK, vault_peek_open(&world->options, is_served, &peek, &why));
    return peek;
}

/* Hold the records against what the log says of them. */
static enum err check(struct world *world, uint64_t *ret_count, struct why *why)
{
    struct vault_peek *peek = peek_made(world, true);
    struct audit_reader *reader = log_open(world);
    struct last_writes *writes;
    struct peek_records records = { 0 };
    enum err err;

    assert_err(OK, last_writes_new(&writes));
    for (uint64_t number = 0; number < vault_peek_edge(peek)->size; number++) {
        struct audit_entry entry;
        leaf_read(reader, number, &entry);
        assert_err(OK, last_writes_take(writes, number, &entry));
    }
    records.writes = writes;
    err = vault_peek_records(peek, reader, &records, why);
    *ret_count = records.right;
    last_writes_free(writes);
    audit_reader_free(reader);
    vault_peek_free(peek);
    return err;
}

static void records_are_what_their_entries_wrote(void **state)
{
    struct scene s;
    struct why why = { 0 };
    struct told gone;
    uint64_t count;
    (void)state;

    scene_init(&s);
    (void)hand_store(&s.hand, &visa);
    gone = hand_store(&s.hand, &other);
    (void)hand_ask(&s.hand, PROPOSE_ERASE, &gone.token, NULL);
    world_settle(&s.world);
    assert_err(OK, check(&s.world, &count, &why));
    assert_int_equal(1, count);
    scene_done(&s);
}

/* Somebody who kept the row of an erased card puts it back. */
static void a_record_brought_back_from_erasure_is_found(void **state)
{
    struct scene s;
    struct why why = { 0 };
    struct store_txn *txn;
    struct told told;
    struct row_key key;
    uint8_t storage[4096];
    struct bytes value;
    struct buf kept;
    uint64_t count;
    (void)state;

    scene_init(&s);
    told = hand_store(&s.hand, &visa);
    world_settle(&s.world);
    key = row_key_token(&(struct record_place){ 1, told.token });
    buf_init_fixed(&kept, storage, sizeof(storage));
    assert_err(OK, store_snapshot(s.world.vault->store, &txn));
    assert_err(OK, store_get(txn, STORE_TOKENS, row_key_bytes(&key), &value));
    buf_add(&kept, value);
    store_abort(&txn);
    (void)hand_ask(&s.hand, PROPOSE_ERASE, &told.token, NULL);
    world_settle(&s.world);
    assert_err(OK, store_begin(s.world.vault->store, &txn));
    store_put(txn, STORE_TOKENS, row_key_bytes(&key), buf_bytes(&kept));
    assert_err(OK, store_commit(&txn));
    assert_true(check(&s.world, &count, &why) != OK);
    assert_non_null(strstr(why.text, told.token.text));
    scene_done(&s);
}

static void a_vault_that_nobody_serves_shows_its_journal_too(void **state)
{
    struct scene s;
    struct vault_peek *peek;
    struct why why = { 0 };
    (void)state;

    scene_init(&s);
    (void)hand_store(&s.hand, &visa);
    assert_true(vault_peek_open(&s.world.options, false, &peek, &why) != OK);
    hand_done(&s.hand);
    world_close(&s.world);
    peek = peek_made(&s.world, false);
    assert_non_null(vault_peek_tail(peek));
    assert_true(vault_peek_edge(peek)->size >= 2);
    vault_peek_free(peek);
    world_open(&s.world);
    hand_init(&s.hand, &s.world);
    scene_done(&s);
}

static enum err count_held(void *with, const struct record_place *place, struct bytes record)
{
    size_t *count = with;

    assert_true(place->token.size > 0);
    assert_true(record.size > 0);
    (*count)++;
    return OK;
}

static void a_customers_records_are_listed(void **state)
{
    struct scene s;
    struct vault_peek *peek;
    uint8_t tag[AUDIT_TAG_SIZE];
    size_t count = 0;
    (void)state;

    scene_init(&s);
    (void)hand_store(&s.hand, &visa);
    (void)hand_store(&s.hand, &other);
    world_settle(&s.world);
    peek = peek_made(&s.world, true);
    customer_tag_of("c-1", tag);
    assert_err(OK, vault_peek_customer(peek, 1, tag, &(struct held_sink){ count_held, &count }));
    assert_int_equal(1, count);
    assert_err(OK, vault_peek_customer(peek, 2, tag, &(struct held_sink){ count_held, &count }));
    assert_int_equal(1, count);
    vault_peek_free(peek);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_what_their_entries_wrote),
        cmocka_unit_test(a_record_brought_back_from_erasure_is_found),
        cmocka_unit_test(a_vault_that_nobody_serves_shows_its_journal_too),
        cmocka_unit_test(a_customers_records_are_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
