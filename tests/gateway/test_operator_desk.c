#include "gateway/operator_desk.h"

#include "vault/world.h"

static struct instruction instruction_of(enum instruction_kind kind, const char *name)
{
    struct instruction instruction = { .kind = kind };

    (void)snprintf(instruction.name, sizeof(instruction.name), "%s", name);
    return instruction;
}

static struct operator_desk desk_at(const struct scene *s)
{
    return (struct operator_desk){ .vault = s->world.vault,
                                   .keyring = s->world.keyring,
                                   .address = "uid 7" };
}

static void a_canary_is_added_and_removed(void **state)
{
    struct instruction add = instruction_of(INSTRUCT_ADD_CANARY, "shop");
    struct instruction removal = instruction_of(INSTRUCT_REMOVE_CANARY, "shop");
    struct operator_result result = { 0 };
    struct why why = { 0 };
    struct scene s;
    struct operator_desk desk;
    (void)state;

    scene_init(&s);
    desk = desk_at(&s);
    assert_err(OK, operator_carry_out(&desk, &add, &result, &why));
    assert_int_equal(16, result.token.size);
    assert_err(OK, hand_find(&s.hand, &result.token));
    removal.token = result.token;
    assert_err(OK, operator_carry_out(&desk, &removal, &result, &why));
    assert_err(ERR_NO_TOKEN, hand_find(&s.hand, &removal.token));
    assert_err(ERR_NO_TOKEN, operator_carry_out(&desk, &removal, &result, &why));
    assert_string_equal("the tenant has no such canary", why.text);
    scene_done(&s);
}

static void no_instruction_reaches_a_card(void **state)
{
    static const struct wish visa = { .pan = "4111111111111111" };
    struct instruction removal = instruction_of(INSTRUCT_REMOVE_CANARY, "shop");
    struct operator_result result = { 0 };
    struct why why = { 0 };
    struct scene s;
    struct operator_desk desk;
    (void)state;

    scene_init(&s);
    desk = desk_at(&s);
    removal.token = hand_store(&s.hand, &visa).token;
    assert_err(ERR_NO_TOKEN, operator_carry_out(&desk, &removal, &result, &why));
    assert_err(OK, hand_find(&s.hand, &removal.token));
    scene_done(&s);
}

static void a_release_ends_what_threads_and_vault_hold(void **state)
{
    struct instruction release = instruction_of(INSTRUCT_RELEASE, "thief");
    struct quarantine *quarantine = NULL;
    struct submission *submission;
    struct operator_result result = { 0 };
    struct why why = { 0 };
    struct scene s;
    struct operator_desk desk;
    (void)state;

    scene_init(&s);
    assert_err(OK, quarantine_new(&quarantine));
    desk = desk_at(&s);
    desk.quarantine = quarantine;
    assert_err(ERR_NO_TOKEN, operator_carry_out(&desk, &release, &result, &why));
    assert_err(OK, quarantine_recall(quarantine, "thief"));
    submission = hand_begin(&s.hand, 1);
    fill_entry(&submission->items[0], AUDIT_QUARANTINE);
    submission->items[0].kind = PROPOSE_QUARANTINE;
    (void)snprintf(submission->items[0].entry.client, AUDIT_NAME_SIZE, "thief");
    hand_submit(&s.hand, submission);
    submission_free(s.world.vault, submission);
    assert_err(OK, operator_carry_out(&desk, &release, &result, &why));
    assert_false(quarantine_holds(quarantine, "thief"));
    assert_err(ERR_NOT_FOUND, vault_find_quarantine(s.hand.reader, "thief"));
    quarantine_free(quarantine);
    scene_done(&s);
}

static void a_tenant_that_is_not_there_is_said(void **state)
{
    struct instruction add = instruction_of(INSTRUCT_ADD_CANARY, "nobody");
    struct operator_result result = { 0 };
    struct why why = { 0 };
    struct scene s;
    struct operator_desk desk;
    (void)state;

    scene_init(&s);
    desk = desk_at(&s);
    assert_err(ERR_NOT_FOUND, operator_carry_out(&desk, &add, &result, &why));
    assert_string_equal("there is no tenant of this name", why.text);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_canary_is_added_and_removed),
        cmocka_unit_test(no_instruction_reaches_a_card),
        cmocka_unit_test(a_release_ends_what_threads_and_vault_hold),
        cmocka_unit_test(a_tenant_that_is_not_there_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
