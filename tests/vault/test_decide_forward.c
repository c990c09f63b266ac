#include "vault/books.h"

static const struct wish visa = { .pan = "4111111111111111" };
static const struct wish once = { .pan = "5555555555554444", .single = true };

static struct submission *forward_begin(struct hand *hand, const struct told *tokens, size_t count)
{
    struct submission *forward = hand_begin(hand, count);

    for (size_t i = 0; i < count; i++) {
        fill_ask(PROPOSE_FORWARD, &tokens[i].token, &forward->items[i]);
        forward->items[i].entry.kind = AUDIT_FORWARD;
        (void)snprintf(forward->items[i].entry.route, AUDIT_NAME_SIZE, "psp");
    }
    forward->idempotency.keep_ms = 24 * 3600 * INT64_C(1000);
    return forward;
}

/* The intent; returns the number of its entry, or UINT64_MAX if it was refused. */
static uint64_t forward_intend(struct hand *hand, const struct told *tokens, size_t count,
                               const struct idempotency *key)
{
    struct submission *forward = forward_begin(hand, tokens, count);
    uint64_t number = UINT64_MAX;

    if (key != NULL)
        forward->idempotency = *key;
    hand_submit(hand, forward);
    if (forward->err == OK && forward->items[0].err == OK) {
        number = forward->items[0].number;
        assert_opens(hand,
                     &(struct told){ .token = forward->items[0].token,
                                     .record = forward->items[0].record },
                     visa.pan);
    }
    submission_free(hand->vault, forward);
    return number;
}

static struct told forward_end(struct hand *hand, const struct forward_outcome *outcome,
                               bool has_key)
{
    struct submission *end = hand_begin(hand, 1);
    struct told told;

    fill_entry(&end->items[0], AUDIT_FORWARD_OUTCOME);
    end->items[0].kind = PROPOSE_FORWARD_OUTCOME;
    end->items[0].tenant = 1;
    end->forward = *outcome;
    end->forward.has_key = has_key;
    hand_submit(hand, end);
    told = told_of(end, 0);
    submission_free(hand->vault, end);
    return told;
}

static size_t rows(struct scene *s, enum store_table table)
{
    struct store_txn *txn AUTO(store_abort) = NULL;

    world_settle(&s->world);
    assert_err(OK, store_snapshot(s->world.vault->store, &txn));
    return count_rows(txn, table);
}

static void a_forward_is_two_entries_and_uses_single_tokens_up(void **state)
{
    struct scene s;
    struct told tokens[2], ended;
    uint64_t intent;
    (void)state;

    scene_init(&s);
    tokens[0] = hand_store(&s.hand, &visa);
    tokens[1] = hand_store(&s.hand, &once);
    intent = forward_intend(&s.hand, tokens, 2, NULL);
    assert_int_equal(tokens[1].number + 1, intent);
    assert_int_equal(1, rows(&s, STORE_OPEN));
    assert_err(ERR_NO_TOKEN, hand_find(&s.hand, &tokens[1].token));
    ended =
        forward_end(&s.hand,
                    &(struct forward_outcome){ .intent = intent, .token_count = 2, .status = 200 },
                    false);
    assert_err(OK, ended.err);
    assert_int_equal(intent + 1, ended.number);
    assert_int_equal(0, rows(&s, STORE_OPEN));
    assert_err(OK, hand_find(&s.hand, &tokens[0].token));
    assert_err(ERR_NO_TOKEN, hand_find(&s.hand, &tokens[1].token));
    scene_done(&s);
}

static void one_bad_token_stops_everything(void **state)
{
    struct scene s;
    struct told tokens[3];
    (void)state;

    scene_init(&s);
    tokens[0] = hand_store(&s.hand, &visa);
    tokens[1] = hand_store(&s.hand, &once);
    token_set(&tokens[2].token, "9480231174061111");
    assert_int_equal(UINT64_MAX, forward_intend(&s.hand, tokens, 3, NULL));
    assert_err(OK, hand_find(&s.hand, &tokens[1].token));
    assert_int_equal(0, rows(&s, STORE_OPEN));
    assert_int_equal(0, rows(&s, STORE_USED));
    scene_done(&s);
}

static void nothing_sent_brings_single_tokens_back(void **state)
{
    struct scene s;
    struct told tokens[2];
    uint64_t intent, cards, tombstones;
    (void)state;

    scene_init(&s);
    tokens[0] = hand_store(&s.hand, &visa);
    tokens[1] = hand_store(&s.hand, &once);
    for (int round = 0; round < 2; round++) {
        intent = forward_intend(&s.hand, tokens, 2, NULL);
        assert_true(intent != UINT64_MAX);
        (void)forward_end(&s.hand,
                          &(struct forward_outcome){
                              .intent = intent, .token_count = 2, .nothing_sent = true },
                          false);
        assert_err(OK, hand_find(&s.hand, &tokens[1].token));
    }
    assert_int_equal(0, rows(&s, STORE_USED));
    assert_int_equal(0, rows(&s, STORE_TOMBSTONES));
    assert_err(OK, vault_count(s.world.vault, 1, &cards, &tombstones));
    assert_int_equal(2, cards);
    assert_int_equal(0, tombstones);
    scene_done(&s);
}

static void what_was_erased_meanwhile_does_not_come_back(void **state)
{
    struct scene s;
    struct told tokens[2];
    uint64_t intent;
    (void)state;

    scene_init(&s);
    tokens[0] = hand_store(&s.hand, &visa);
    tokens[1] = hand_store(&s.hand, &once);
    intent = forward_intend(&s.hand, tokens, 2, NULL);
    assert_err(ERR_NO_TOKEN, hand_ask(&s.hand, PROPOSE_ERASE, &tokens[1].token, NULL).err);
    (void)forward_end(&s.hand,
                      &(struct forward_outcome){
                          .intent = intent, .token_count = 2, .nothing_sent = true },
                      false);
    assert_err(ERR_NO_TOKEN, hand_find(&s.hand, &tokens[1].token));
    scene_done(&s);
}

static void a_key_runs_then_answers_with_what_came(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body");
    struct submission *again;
    struct told token;
    uint64_t intent;
    (void)state;

    scene_init(&s);
    token = hand_store(&s.hand, &visa);
    intent = forward_intend(&s.hand, &token, 1, &key);
    again = forward_begin(&s.hand, &token, 1);
    again->idempotency = key;
    hand_submit(&s.hand, again);
    assert_err(ERR_KEY_IN_FLIGHT, again->err);
    submission_free(s.world.vault, again);
    (void)forward_end(&s.hand,
                      &(struct forward_outcome){ .intent = intent,
                                                 .token_count = 1,
                                                 .status = 402,
                                                 .answer = bytes_lit("sealed") },
                      true);
    again = forward_begin(&s.hand, &token, 1);
    again->idempotency = key;
    hand_submit(&s.hand, again);
    assert_err(OK, again->err);
    assert_true(again->replayed);
    assert_err(OK, again->items[0].err);
    assert_int_equal(intent, again->items[0].number);
    assert_int_equal(402, again->forward.status);
    assert_bytes(bytes_lit("sealed"), again->forward.answer);
    submission_free(s.world.vault, again);
    scene_done(&s);
}

static void a_key_whose_request_never_left_is_free_again(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body");
    struct told token;
    uint64_t intent;
    (void)state;

    scene_init(&s);
    token = hand_store(&s.hand, &visa);
    intent = forward_intend(&s.hand, &token, 1, &key);
    (void)forward_end(&s.hand,
                      &(struct forward_outcome){
                          .intent = intent, .token_count = 1, .nothing_sent = true },
                      true);
    assert_int_equal(intent + 2, forward_intend(&s.hand, &token, 1, &key));
    scene_done(&s);
}

static void an_outcome_that_is_owed_at_the_start_is_unknown(void **state)
{
    struct scene s;
    struct idempotency key = key_of("key", "body");
    struct audit_reader *reader;
    struct audit_entry entry;
    struct submission *again;
    struct told tokens[2];
    uint64_t intent;
    (void)state;

    scene_init(&s);
    tokens[0] = hand_store(&s.hand, &visa);
    tokens[1] = hand_store(&s.hand, &once);
    intent = forward_intend(&s.hand, tokens, 2, &key);
    scene_restart(&s);
    while (rows(&s, STORE_OPEN) > 0)
        clock_sleep_ms(10);
    reader = log_open(&s.world);
    leaf_read(reader, intent + 1, &entry);
    assert_int_equal(AUDIT_FORWARD_OUTCOME, entry.kind);
    assert_int_equal(AUDIT_UNKNOWN, entry.outcome);
    assert_string_equal("psp", entry.route);
    audit_reader_free(reader);
    again = forward_begin(&s.hand, tokens, 2);
    again->idempotency = key;
    hand_submit(&s.hand, again);
    assert_true(again->replayed);
    assert_err(ERR_OUTCOME_UNKNOWN, again->items[0].err);
    submission_free(s.world.vault, again);
    assert_err(ERR_NO_TOKEN, hand_find(&s.hand, &tokens[1].token));
    scene_done(&s);
}

static void room_for_the_outcome_comes_back_with_it(void **state)
{
    struct scene s;
    struct told token;
    (void)state;

    scene_init(&s);
    token = hand_store(&s.hand, &visa);
    for (int i = 0; i < 200; i++) {
        uint64_t intent = forward_intend(&s.hand, &token, 1, NULL);
        (void)forward_end(&s.hand,
                          &(struct forward_outcome){
                              .intent = intent, .token_count = 1, .status = 200 },
                          false);
    }
    clock_sleep_ms(20);
    assert_int_equal(0, s.world.vault->room.promised.blocks);
    assert_int_equal(0, s.world.vault->room.promised.entries);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_forward_is_two_entries_and_uses_single_tokens_up),
        cmocka_unit_test(one_bad_token_stops_everything),
        cmocka_unit_test(nothing_sent_brings_single_tokens_back),
        cmocka_unit_test(what_was_erased_meanwhile_does_not_come_back),
        cmocka_unit_test(a_key_runs_then_answers_with_what_came),
        cmocka_unit_test(a_key_whose_request_never_left_is_free_again),
        cmocka_unit_test(an_outcome_that_is_owed_at_the_start_is_unknown),
        cmocka_unit_test(room_for_the_outcome_comes_back_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
