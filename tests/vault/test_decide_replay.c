#include "vault/books.h"

static const struct wish visa = { .pan = "4111111111111111" };
static const struct wish once = { .pan = "4111111111111111", .single = true };

static void the_same_key_and_body_get_the_first_answer(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body");
    struct told first, again, settled;
    (void)state;

    scene_init(&s);
    first = hand_store_with(&s.hand, &visa, &key);
    again = hand_store_with(&s.hand, &visa, &key);
    assert_true(again.replayed);
    assert_int_equal(DECIDED_NEW, again.decision);
    assert_int_equal(first.number, again.number);
    assert_int_equal(first.number + 1, again.replay_number);
    assert_true(token_equal(&first.token, &again.token));
    world_settle(&s.world);
    settled = hand_store_with(&s.hand, &visa, &key);
    assert_true(settled.replayed);
    assert_int_equal(first.number + 2, settled.replay_number);
    scene_done(&s);
}

static void a_replay_carries_what_it_shows_but_no_card(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body");
    struct record_opened opened AUTO(record_opened_wipe) = { 0 };
    struct card card AUTO(card_wipe) = { 0 };
    struct record_place place = { .tenant = 1 };
    struct told again;
    (void)state;

    scene_init(&s);
    (void)hand_store_with(&s.hand, &visa, &key);
    again = hand_store_with(&s.hand, &visa, &key);
    place.token = again.token;
    assert_err(OK, record_open_about(s.hand.user, &place, record_bytes(&again.record), &opened));
    assert_string_equal("1111", opened.about.last4);
    assert_err(ERR_VAULT_DAMAGED,
               record_open_card(s.hand.user, &place, record_bytes(&again.record), &card));
    scene_done(&s);
}

static void another_body_is_a_conflict_and_an_entry(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body"), other = key_of("key", "another");
    struct audit_reader *reader;
    struct audit_entry entry;
    struct told first, told;
    (void)state;

    scene_init(&s);
    first = hand_store_with(&s.hand, &visa, &key);
    told = hand_store_with(&s.hand, &visa, &other);
    assert_err(ERR_KEY_CONFLICT, told.err);
    assert_false(told.replayed);
    world_settle(&s.world);
    reader = log_open(&s.world);
    leaf_read(reader, first.number + 1, &entry);
    assert_int_equal(AUDIT_TOKENIZE, entry.kind);
    assert_int_equal(AUDIT_WAS_REFUSED, entry.outcome);
    assert_int_equal(409, entry.status);
    audit_reader_free(reader);
    scene_done(&s);
}

static void a_reveal_is_answered_again_with_the_record(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body");
    struct told stored, told;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &visa);
    (void)hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, &key);
    told = hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, &key);
    assert_true(told.replayed);
    assert_err(OK, told.err);
    assert_opens(&s.hand, &told, visa.pan);
    scene_done(&s);
}

static void a_reveal_is_not_answered_again_after_an_erase(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body");
    struct told stored, told;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &visa);
    (void)hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, &key);
    (void)hand_ask(&s.hand, PROPOSE_ERASE, &stored.token, NULL);
    told = hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, &key);
    assert_true(told.replayed);
    assert_err(ERR_NO_TOKEN, told.err);
    assert_int_equal(0, told.record.size);
    scene_done(&s);
}

static void a_used_single_token_is_answered_again_under_its_key_only(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body"), other = key_of("other", "body");
    struct told stored, told;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &once);
    (void)hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, &key);
    world_settle(&s.world);
    told = hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, &key);
    assert_true(told.replayed);
    assert_err(OK, told.err);
    assert_opens(&s.hand, &told, once.pan);
    assert_err(ERR_NO_TOKEN, hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, &other).err);
    assert_err(ERR_NO_TOKEN, hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, NULL).err);
    scene_done(&s);
}

static void erasing_a_used_token_answers_404_and_takes_the_record_away(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body");
    struct store_txn *txn;
    struct told stored;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &once);
    (void)hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, &key);
    assert_err(ERR_NO_TOKEN, hand_ask(&s.hand, PROPOSE_ERASE, &stored.token, NULL).err);
    assert_err(ERR_NO_TOKEN, hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, &key).err);
    world_settle(&s.world);
    assert_err(OK, store_snapshot(s.world.vault->store, &txn));
    assert_int_equal(0, count_rows(txn, STORE_USED));
    store_abort(&txn);
    scene_done(&s);
}

static void a_404_is_kept(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body");
    struct wish wish = visa;
    struct token token;
    struct told told;
    (void)state;

    scene_init(&s);
    token_set(&token, "9480231174061111");
    assert_err(ERR_NO_TOKEN, hand_ask(&s.hand, PROPOSE_REVEAL, &token, &key).err);
    wish.token = token.text;
    assert_int_equal(DECIDED_NEW, hand_store(&s.hand, &wish).decision);
    told = hand_ask(&s.hand, PROPOSE_REVEAL, &token, &key);
    assert_true(told.replayed);
    assert_err(ERR_NO_TOKEN, told.err);
    scene_done(&s);
}

static void a_batch_is_answered_again_item_by_item(void **state)
{
    struct scene s;
    struct submission *batch;
    uint64_t numbers[3];
    (void)state;

    scene_init(&s);
    batch = hand_begin(&s.hand, 3);
    for (int round = 0; round < 2; round++) {
        batch->is_batch = true;
        batch->idempotency = key_of("key", "body");
        fill_store(&s.hand, &visa, &batch->items[0]);
        fill_store(&s.hand, &visa, &batch->items[1]);
        fill_entry(&batch->items[2], AUDIT_TOKENIZE);
        batch->items[2].kind = PROPOSE_NOTE;
        batch->items[2].err = ERR_BAD_PAN;
        hand_submit(&s.hand, batch);
        assert_int_equal(round == 1, batch->replayed);
        assert_int_equal(DECIDED_NEW, batch->items[0].decision);
        assert_int_equal(DECIDED_KNOWN, batch->items[1].decision);
        assert_err(ERR_BAD_PAN, batch->items[2].err);
        for (int i = 0; i < 3; i++) {
            if (round == 0)
                numbers[i] = batch->items[i].number;
            assert_int_equal(numbers[i], batch->items[i].number);
        }
    }
    assert_int_equal(numbers[2] + 3, batch->replay_number);
    submission_free(s.world.vault, batch);
    scene_done(&s);
}

static void two_uses_of_a_key_in_one_batch_get_one_answer(void **state)
{
    enum { TWINS = 8 };
    struct scene s;
    struct submission *twins[TWINS];
    struct list back;
    size_t fresh = 0, count = 0;
    (void)state;

    scene_init(&s);
    list_init(&back);
    for (int i = 0; i < TWINS; i++) {
        twins[i] = hand_begin(&s.hand, 1);
        fill_store(&s.hand, &once, &twins[i]->items[0]);
        twins[i]->idempotency = key_of("key", "body");
    }
    for (int i = 0; i < TWINS; i++)
        assert_err(OK, vault_submit(s.world.vault, twins[i]));
    for (; count < TWINS; mailbox_take(s.hand.box, &back)) {
        for (struct list *node = list_take_first(&back); node != NULL;
             node = list_take_first(&back), count++)
            fresh += !list_item(node, struct submission, node)->replayed;
        if (count < TWINS)
            mailbox_wait(s.hand.box, -1);
    }
    assert_int_equal(1, fresh);
    for (int i = 0; i < TWINS; i++) {
        assert_true(token_equal(&twins[0]->items[0].token, &twins[i]->items[0].token));
        submission_free(s.world.vault, twins[i]);
    }
    scene_done(&s);
}

static void a_key_survives_a_restart_and_ends_with_its_time(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body");
    struct told first, again;
    (void)state;

    scene_init(&s);
    key.keep_ms = WORLD_STEP_MS;
    first = hand_store_with(&s.hand, &once, &key);
    scene_restart(&s);
    again = hand_store_with(&s.hand, &once, &key);
    assert_true(again.replayed);
    assert_int_equal(first.number, again.number);
    world_step();
    again = hand_store_with(&s.hand, &once, &key);
    assert_false(again.replayed);
    assert_int_equal(DECIDED_NEW, again.decision);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_key_and_body_get_the_first_answer),
        cmocka_unit_test(a_replay_carries_what_it_shows_but_no_card),
        cmocka_unit_test(another_body_is_a_conflict_and_an_entry),
        cmocka_unit_test(a_reveal_is_answered_again_with_the_record),
        cmocka_unit_test(a_reveal_is_not_answered_again_after_an_erase),
        cmocka_unit_test(a_used_single_token_is_answered_again_under_its_key_only),
        cmocka_unit_test(erasing_a_used_token_answers_404_and_takes_the_record_away),
        cmocka_unit_test(a_404_is_kept),
        cmocka_unit_test(a_batch_is_answered_again_item_by_item),
        cmocka_unit_test(two_uses_of_a_key_in_one_batch_get_one_answer),
        cmocka_unit_test(a_key_survives_a_restart_and_ends_with_its_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
