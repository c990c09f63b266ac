#include "vault/room.h"

#include "vault/parts.h"
#include "vault/world.h"

static void what_is_promised_must_fit_the_journal(void **state)
{
    struct scene s;
    struct room *room;
    struct room_claim half, block = { 1, 1, 1 };
    (void)state;

    scene_init(&s);
    world_settle(&s.world);
    clock_sleep_ms(20);
    room = &s.world.vault->room;
    half = (struct room_claim){ 1, 1, journal_room(room->journal) };
    assert_err(OK, room_take(room, &half));
    assert_err(ERR_OVERLOADED, room_take(room, &block));
    room_give(room, &half);
    assert_err(OK, room_take(room, &block));
    room_give(room, &block);
    scene_done(&s);
}

static void entries_and_bytes_that_wait_are_bounded(void **state)
{
    struct scene s;
    struct room *room;
    struct room_claim one = { 1, 1, 1 }, most = { OVERLAY_ENTRIES_MAX + 1, 1, 1 };
    struct room_claim large = { 1, OVERLAY_BYTES_MAX + 1, 1 };
    (void)state;

    scene_init(&s);
    room = &s.world.vault->room;
    assert_err(ERR_OVERLOADED, room_take(room, &most));
    assert_err(ERR_OVERLOADED, room_take(room, &large));
    room_add(room, OVERLAY_ENTRIES_MAX, 10);
    assert_err(ERR_OVERLOADED, room_take(room, &one));
    assert_int_equal(1000, room_fill(room));
    room_sub(room, OVERLAY_ENTRIES_MAX, 10);
    assert_err(OK, room_take(room, &one));
    room_give(room, &one);
    scene_done(&s);
}

static void without_room_a_submission_stays_the_callers(void **state)
{
    static const struct wish visa = { .pan = "4111111111111111" };
    struct audit_entry note = { .kind = AUDIT_INSPECT, .outcome = AUDIT_OK };
    struct scene s;
    struct room *room;
    struct submission *submission;
    (void)state;

    scene_init(&s);
    room = &s.world.vault->room;
    room_add(room, OVERLAY_ENTRIES_MAX, 0);
    submission = hand_begin(&s.hand, 1);
    fill_store(&s.hand, &visa, &submission->items[0]);
    assert_err(ERR_OVERLOADED, vault_submit(s.world.vault, submission));
    assert_err(ERR_OVERLOADED, vault_note(s.world.vault, &note));
    room_sub(room, OVERLAY_ENTRIES_MAX, 0);
    hand_submit(&s.hand, submission);
    assert_err(OK, submission->items[0].err);
    submission_free(s.world.vault, submission);
    scene_done(&s);
}

/* The claim is made before the entry is: it has to be enough for the largest there can be. */
static void claims_cover_the_largest_entries(void **state)
{
    struct submission *submission = calloc(1, sizeof(*submission) + sizeof(struct proposal));
    struct audit_entry *entry = &submission->items[0].entry;
    uint8_t storage[AUDIT_LEAF_SIZE_MAX];
    struct buf leaf;
    (void)state;

    *entry = (struct audit_entry){ .kind = AUDIT_TOKENIZE,
                                   .outcome = AUDIT_OK,
                                   .status = 201,
                                   .count = 1,
                                   .time_ms = 1,
                                   .has_customer = true,
                                   .has_record = true };
    memset(entry->code, 'x', sizeof(entry->code) - 1);
    memset(entry->client, 'x', sizeof(entry->client) - 1);
    memset(entry->tenant, 'x', sizeof(entry->tenant) - 1);
    memset(entry->address, 'x', sizeof(entry->address) - 1);
    memset(entry->token, 'x', sizeof(entry->token) - 1);
    memset(entry->purpose, 'x', sizeof(entry->purpose) - 1);
    memset(entry->route, 'x', sizeof(entry->route) - 1);
    memset(entry->request_id, 'x', sizeof(entry->request_id) - 1);
    memset(entry->detail, 'x', sizeof(entry->detail) - 1);
    buf_init_fixed(&leaf, storage, sizeof(storage));
    audit_entry_write(entry, &leaf);
    assert_err(OK, buf_check(&leaf));
    submission->count = 1;
    submission->items[0].kind = PROPOSE_NOTE;
    assert_true(room_claim_of(submission).bytes >= leaf.size + 3);
    free(submission);
}

static void an_intent_claims_its_outcome_and_the_outcome_nothing(void **state)
{
    struct submission *submission = calloc(1, sizeof(*submission) + sizeof(struct proposal));
    struct room_claim outcome = room_claim_of_outcome(1, true);
    (void)state;

    submission->count = 1;
    submission->idempotency.used = true;
    submission->items[0].kind = PROPOSE_FORWARD;
    assert_true(room_claim_of(submission).blocks > outcome.blocks);
    assert_true(outcome.bytes >= FORWARD_ANSWER_MAX);
    submission->items[0].kind = PROPOSE_FORWARD_OUTCOME;
    assert_int_equal(0, room_claim_of(submission).entries);
    assert_int_equal(0, room_claim_of(submission).blocks);
    free(submission);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_promised_must_fit_the_journal),
        cmocka_unit_test(entries_and_bytes_that_wait_are_bounded),
        cmocka_unit_test(without_room_a_submission_stays_the_callers),
        cmocka_unit_test(claims_cover_the_largest_entries),
        cmocka_unit_test(an_intent_claims_its_outcome_and_the_outcome_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
