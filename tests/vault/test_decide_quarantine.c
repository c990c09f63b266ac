#include "vault/books.h"

static struct told hold(struct hand *hand, enum proposal_kind kind, const char *client)
{
    struct submission *submission = hand_begin(hand, 1);
    struct proposal *item = &submission->items[0];
    struct told told;

    fill_entry(item, AUDIT_QUARANTINE);
    item->kind = kind;
    (void)snprintf(item->entry.client, sizeof(item->entry.client), "%s", client);
    hand_submit(hand, submission);
    told = told_of(submission, 0);
    submission_free(hand->vault, submission);
    return told;
}

static void a_client_is_held_until_it_is_released(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s);
    assert_err(ERR_NOT_FOUND, vault_find_quarantine(s.hand.reader, "thief"));
    assert_err(OK, hold(&s.hand, PROPOSE_QUARANTINE, "thief").err);
    assert_err(OK, vault_find_quarantine(s.hand.reader, "thief"));
    assert_err(ERR_NOT_FOUND, vault_find_quarantine(s.hand.reader, "thie"));
    assert_err(ERR_NOT_FOUND, vault_find_quarantine(s.hand.reader, "thieves"));
    assert_err(OK, hold(&s.hand, PROPOSE_RELEASE, "thief").err);
    assert_err(ERR_NOT_FOUND, vault_find_quarantine(s.hand.reader, "thief"));
    scene_done(&s);
}

static void a_quarantine_outlives_restarts_from_journal_and_store(void **state)
{
    struct scene s;
    (void)state;

    scene_init(&s);
    assert_err(OK, hold(&s.hand, PROPOSE_QUARANTINE, "thief").err);
    for (int round = 0; round < 2; round++) {
        scene_restart(&s);
        assert_err(OK, vault_find_quarantine(s.hand.reader, "thief"));
        world_settle(&s.world);
    }
    assert_err(OK, hold(&s.hand, PROPOSE_RELEASE, "thief").err);
    scene_restart(&s);
    assert_err(ERR_NOT_FOUND, vault_find_quarantine(s.hand.reader, "thief"));
    scene_done(&s);
}

static void who_is_not_held_cannot_be_released(void **state)
{
    struct scene s;
    struct audit_reader *reader;
    struct audit_entry entry;
    struct told told;
    (void)state;

    scene_init(&s);
    told = hold(&s.hand, PROPOSE_RELEASE, "thief");
    assert_err(ERR_NO_TOKEN, told.err);
    world_settle(&s.world);
    reader = log_open(&s.world);
    leaf_read(reader, told.number, &entry);
    assert_int_equal(AUDIT_QUARANTINE, entry.kind);
    assert_int_equal(AUDIT_WAS_REFUSED, entry.outcome);
    assert_string_equal("thief", entry.client);
    audit_reader_free(reader);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_is_held_until_it_is_released),
        cmocka_unit_test(a_quarantine_outlives_restarts_from_journal_and_store),
        cmocka_unit_test(who_is_not_held_cannot_be_released),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
