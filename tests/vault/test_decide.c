#include "vault/books.h"

static const struct wish visa = { .pan = "4111111111111111" };

static void refused_items_of_a_batch_are_entries_in_their_place(void **state)
{
    struct scene s;
    struct audit_reader *reader;
    struct audit_entry entry;
    struct submission *batch;
    struct token unknown;
    (void)state;

    scene_init(&s);
    token_set(&unknown, "9480231174061111");
    batch = hand_begin(&s.hand, 3);
    batch->is_batch = true;
    fill_ask(PROPOSE_REVEAL, &unknown, &batch->items[0]);
    fill_entry(&batch->items[1], AUDIT_DETOKENIZE);
    batch->items[1].kind = PROPOSE_NOTE;
    batch->items[1].err = ERR_PAN_IN_TEXT;
    batch->items[1].entry.outcome = AUDIT_WAS_REFUSED;
    batch->items[1].entry.status = 422;
    fill_ask(PROPOSE_REVEAL, &unknown, &batch->items[2]);
    hand_submit(&s.hand, batch);
    world_settle(&s.world);
    reader = log_open(&s.world);
    for (size_t i = 0; i < 3; i++) {
        leaf_read(reader, batch->items[i].number, &entry);
        assert_int_equal(AUDIT_WAS_REFUSED, entry.outcome);
        assert_int_equal(i == 1 ? 422 : 404, entry.status);
        assert_string_equal("r-1", entry.request_id);
    }
    assert_err(ERR_PAN_IN_TEXT, batch->items[1].err);
    audit_reader_free(reader);
    submission_free(s.world.vault, batch);
    scene_done(&s);
}

/* Different uses of one token in one group see each other in order. */
static void items_are_decided_in_order(void **state)
{
    struct scene s;
    struct submission *batch;
    struct told stored;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &visa);
    batch = hand_begin(&s.hand, 4);
    batch->is_batch = true;
    fill_ask(PROPOSE_REVEAL, &stored.token, &batch->items[0]);
    fill_ask(PROPOSE_ERASE, &stored.token, &batch->items[1]);
    fill_ask(PROPOSE_REVEAL, &stored.token, &batch->items[2]);
    fill_store(&s.hand, &visa, &batch->items[3]);
    hand_submit(&s.hand, batch);
    assert_err(OK, batch->items[0].err);
    assert_err(OK, batch->items[1].err);
    assert_err(ERR_NO_TOKEN, batch->items[2].err);
    assert_int_equal(DECIDED_NEW, batch->items[3].decision);
    submission_free(s.world.vault, batch);
    scene_done(&s);
}

static void an_answer_that_is_not_kept_is_decided_anew(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body");
    struct submission *note;
    (void)state;

    scene_init(&s);
    for (int round = 0; round < 2; round++) {
        note = hand_begin(&s.hand, 1);
        fill_entry(&note->items[0], AUDIT_TOKENIZE);
        note->items[0].kind = PROPOSE_NOTE;
        note->items[0].err = ERR_FORMAT_EXHAUSTED;
        note->idempotency = key;
        hand_submit(&s.hand, note);
        assert_err(OK, note->err);
        assert_false(note->replayed);
        assert_err(ERR_FORMAT_EXHAUSTED, note->items[0].err);
        submission_free(s.world.vault, note);
    }
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_items_of_a_batch_are_entries_in_their_place),
        cmocka_unit_test(items_are_decided_in_order),
        cmocka_unit_test(an_answer_that_is_not_kept_is_decided_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
