#include "vault/books.h"

static const struct wish visa = { .pan = "4111111111111111" };
static const struct wish other = { .pan = "5555555555554444" };

static void a_card_is_new_once_and_then_known(void **state)
{
    struct scene s;
    struct told first, second;
    (void)state;

    scene_init(&s);
    first = hand_store(&s.hand, &visa);
    second = hand_store(&s.hand, &visa);
    assert_int_equal(DECIDED_NEW, first.decision);
    assert_int_equal(DECIDED_KNOWN, second.decision);
    assert_true(token_equal(&first.token, &second.token));
    assert_int_equal(first.number + 1, second.number);
    assert_opens(&s.hand, &second, visa.pan);
    scene_done(&s);
}

static void a_known_card_is_found_in_lmdb_too(void **state)
{
    struct scene s;
    struct told first, second;
    (void)state;

    scene_init(&s);
    first = hand_store(&s.hand, &visa);
    world_settle(&s.world);
    second = hand_store(&s.hand, &visa);
    assert_int_equal(DECIDED_KNOWN, second.decision);
    assert_true(token_equal(&first.token, &second.token));
    scene_done(&s);
}

static void a_taken_token_goes_back_and_is_no_entry(void **state)
{
    struct scene s;
    struct told first, taken, next;
    struct wish same = other;
    (void)state;

    scene_init(&s);
    first = hand_store(&s.hand, &visa);
    same.token = first.token.text;
    taken = hand_store(&s.hand, &same);
    assert_err(OK, taken.err);
    assert_int_equal(DECIDED_TAKEN, taken.decision);
    next = hand_store(&s.hand, &other);
    assert_int_equal(first.number + 1, next.number);
    scene_done(&s);
}

static void an_erased_token_stays_taken(void **state)
{
    struct scene s;
    struct told first, again;
    struct wish same = visa;
    (void)state;

    scene_init(&s);
    first = hand_store(&s.hand, &visa);
    assert_err(OK, hand_ask(&s.hand, PROPOSE_ERASE, &first.token, NULL).err);
    same.token = first.token.text;
    assert_int_equal(DECIDED_TAKEN, hand_store(&s.hand, &same).decision);
    world_settle(&s.world);
    assert_int_equal(DECIDED_TAKEN, hand_store(&s.hand, &same).decision);
    again = hand_store(&s.hand, &visa);
    assert_int_equal(DECIDED_NEW, again.decision);
    assert_false(token_equal(&first.token, &again.token));
    scene_done(&s);
}

static void a_single_use_card_is_new_each_time(void **state)
{
    struct scene s;
    struct wish single = visa;
    struct told first, second;
    (void)state;

    scene_init(&s);
    single.single = true;
    first = hand_store(&s.hand, &single);
    second = hand_store(&s.hand, &single);
    assert_int_equal(DECIDED_NEW, second.decision);
    assert_false(token_equal(&first.token, &second.token));
    scene_done(&s);
}

static struct submission *batch_of(struct hand *hand, const struct wish *wishes, size_t count)
{
    struct submission *batch = hand_begin(hand, count);

    batch->is_batch = true;
    for (size_t i = 0; i < count; i++)
        fill_store(hand, &wishes[i], &batch->items[i]);
    return batch;
}

static void a_double_inside_a_batch_is_new_then_known(void **state)
{
    struct scene s;
    const struct wish wishes[] = { visa, other, visa };
    struct submission *batch;
    (void)state;

    scene_init(&s);
    batch = batch_of(&s.hand, wishes, 3);
    hand_submit(&s.hand, batch);
    assert_err(OK, batch->err);
    assert_int_equal(DECIDED_NEW, batch->items[0].decision);
    assert_int_equal(DECIDED_NEW, batch->items[1].decision);
    assert_int_equal(DECIDED_KNOWN, batch->items[2].decision);
    assert_true(token_equal(&batch->items[0].token, &batch->items[2].token));
    assert_int_equal(batch->items[0].number + 2, batch->items[2].number);
    submission_free(s.world.vault, batch);
    scene_done(&s);
}

static void a_batch_with_a_taken_token_leaves_no_trace(void **state)
{
    struct scene s;
    struct told first = { 0 }, after;
    struct wish wishes[] = { visa, other, { .pan = "378282246310005" } };
    struct submission *batch;
    (void)state;

    scene_init(&s);
    first = hand_store(&s.hand, &visa);
    wishes[1].token = first.token.text;
    batch = batch_of(&s.hand, wishes, 3);
    hand_submit(&s.hand, batch);
    assert_err(OK, batch->err);
    assert_int_equal(DECIDED_NOTHING, batch->items[0].decision);
    assert_int_equal(DECIDED_TAKEN, batch->items[1].decision);
    assert_int_equal(DECIDED_NOTHING, batch->items[2].decision);
    assert_err(ERR_NO_TOKEN, hand_find(&s.hand, &batch->items[2].token));
    fill_store(&s.hand, &other, &batch->items[1]);
    hand_submit(&s.hand, batch);
    assert_int_equal(DECIDED_KNOWN, batch->items[0].decision);
    assert_true(token_equal(&first.token, &batch->items[0].token));
    assert_int_equal(DECIDED_NEW, batch->items[1].decision);
    assert_int_equal(DECIDED_NEW, batch->items[2].decision);
    assert_int_equal(first.number + 1, batch->items[0].number);
    submission_free(s.world.vault, batch);
    after = hand_store(&s.hand, &other);
    assert_int_equal(first.number + 4, after.number);
    scene_done(&s);
}

static void two_items_that_drew_one_token_go_back(void **state)
{
    struct scene s;
    struct wish wishes[] = { visa, other };
    struct submission *batch;
    (void)state;

    scene_init(&s);
    wishes[0].token = wishes[1].token = "9480231174061111";
    batch = batch_of(&s.hand, wishes, 2);
    hand_submit(&s.hand, batch);
    assert_int_equal(DECIDED_NOTHING, batch->items[0].decision);
    assert_int_equal(DECIDED_TAKEN, batch->items[1].decision);
    submission_free(s.world.vault, batch);
    scene_done(&s);
}

static void an_entry_says_what_was_decided(void **state)
{
    struct scene s;
    struct audit_reader *reader;
    struct audit_entry entry;
    struct told told;
    uint8_t hash[HASH_SIZE];
    (void)state;

    scene_init(&s);
    told = hand_store(&s.hand, &visa);
    (void)hand_store(&s.hand, &visa);
    world_settle(&s.world);
    reader = log_open(&s.world);
    leaf_read(reader, told.number, &entry);
    assert_int_equal(AUDIT_TOKENIZE, entry.kind);
    assert_int_equal(201, entry.status);
    assert_string_equal(told.token.text, entry.token);
    hash_sha256(record_bytes(&told.record), hash);
    assert_memory_equal(hash, entry.record_sha256, sizeof(hash));
    leaf_read(reader, told.number + 1, &entry);
    assert_int_equal(200, entry.status);
    assert_string_equal(told.token.text, entry.token);
    assert_false(entry.has_record);
    audit_reader_free(reader);
    scene_done(&s);
}

/* Somebody with the disk in his hands points one card's index at another card's token. */
static void an_index_that_leads_to_another_card_is_an_alarm(void **state)
{
    struct scene s;
    struct store_txn *txn;
    struct told mine, theirs, told;
    struct row_key key;
    uint8_t index[32], storage[64];
    struct buf value;
    struct audit_reader *reader;
    struct audit_entry entry;
    (void)state;

    scene_init(&s);
    mine = hand_store(&s.hand, &visa);
    theirs = hand_store(&s.hand, &other);
    world_settle(&s.world);
    wish_index(&s.hand, &visa, index);
    key = row_key_index(1, index);
    buf_init_fixed(&value, storage, sizeof(storage));
    row_write_name(&theirs.token, &value);
    assert_err(OK, store_begin(s.world.vault->store, &txn));
    store_put(txn, STORE_INDEX, row_key_bytes(&key), buf_bytes(&value));
    assert_err(OK, store_commit(&txn));
    told = hand_store(&s.hand, &visa);
    assert_err(ERR_VAULT_DAMAGED, told.err);
    assert_false(token_equal(&mine.token, &theirs.token));
    world_settle(&s.world);
    reader = log_open(&s.world);
    leaf_read(reader, told.number, &entry);
    assert_int_equal(AUDIT_ALARM, entry.kind);
    assert_int_equal(500, entry.status);
    audit_reader_free(reader);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_is_new_once_and_then_known),
        cmocka_unit_test(a_known_card_is_found_in_lmdb_too),
        cmocka_unit_test(a_taken_token_goes_back_and_is_no_entry),
        cmocka_unit_test(an_erased_token_stays_taken),
        cmocka_unit_test(a_single_use_card_is_new_each_time),
        cmocka_unit_test(a_double_inside_a_batch_is_new_then_known),
        cmocka_unit_test(a_batch_with_a_taken_token_leaves_no_trace),
        cmocka_unit_test(two_items_that_drew_one_token_go_back),
        cmocka_unit_test(an_entry_says_what_was_decided),
        cmocka_unit_test(an_index_that_leads_to_another_card_is_an_alarm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
