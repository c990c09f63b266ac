#include "gateway/operator_desk.h"

#include "base/must.h"
#include "gateway/instruction.h"
#include "service/canary.h"

enum { NUMBERS_DRAWN_MAX = 16 };

/* The operator as a caller: a thread's way into the vault, without a name. */
struct hand {
    const struct operator_desk *desk;
    struct service_worker worker;
    struct mailbox *box;
    struct submission *submission;
    struct principal principal;
    struct caller caller;
};

static void hand_done(struct hand *hand)
{
    submission_free(hand->desk->vault, hand->submission);
    mailbox_free(hand->box);
    service_worker_done(&hand->worker);
}

static enum err hand_init(struct hand *hand, const struct operator_desk *desk)
{
    hand->desk = desk;
    hand->caller = (struct caller){ &hand->worker, &hand->principal, desk->address, "" };
    TRY(service_worker_init(desk->vault, desk->keyring, &hand->worker));
    TRY(mailbox_new(0, &hand->box));
    hand->submission = submission_new(desk->vault, 1);
    return hand->submission == NULL ? ERR_OVERLOADED : OK;
}

static enum err hand_set_tenant(struct hand *hand, const char *name)
{
    struct principal *principal = &hand->principal;

    must(bytes_copy_text(bytes_str(name), principal->tenant_name, sizeof(principal->tenant_name)));
    return keyring_tenant(hand->desk->keyring, bytes_str(name), &principal->tenant);
}

/* Submit, and wait until it is on disk. */
static enum err hand_ask(struct hand *hand)
{
    struct list outcomes;

    list_init(&outcomes);
    hand->submission->reply_to = hand->box;
    TRY(vault_submit(hand->desk->vault, hand->submission));
    do {
        mailbox_wait(hand->box, -1);
        mailbox_take(hand->box, &outcomes);
    } while (list_is_empty(&outcomes));
    (void)list_take_first(&outcomes);
    TRY(hand->submission->err);
    return hand->submission->items[0].err;
}

static enum err hand_store(struct hand *hand, const struct canary_wish *wish)
{
    struct proposal *item = &hand->submission->items[0];
    struct card_request request AUTO(card_request_wipe) = { 0 };

    TRY(canary_draw(&hand->worker, wish, &request));
    do {
        TRY(canary_propose(&hand->caller, &request, item));
        TRY(hand_ask(hand));
    } while (item->decision == DECIDED_TAKEN);
    return OK;
}

static enum err add_canary(struct hand *hand, const struct instruction *instruction,
                           struct why *why)
{
    const struct canary_wish wish = { .format = instruction->format,
                                      .quarantines = instruction->quarantines,
                                      .prefix = bytes_str(instruction->prefix) };
    const struct proposal *item = &hand->submission->items[0];

    if (hand_set_tenant(hand, instruction->name) != OK)
        return why_say(why, ERR_NOT_FOUND, "there is no tenant of this name");
    for (int i = 0; i < NUMBERS_DRAWN_MAX; i++) {
        enum err err = hand_store(hand, &wish);
        if (err != OK)
            return why_say(why, err, "the canary cannot be made: %s", err_text(err));
        if (item->decision == DECIDED_NEW) /* else somebody has this very card */
            return OK;
    }
    return why_say(why, ERR_EXISTS, "every number drawn is a card of the tenant's");
}

/* Only a canary: no instruction reaches a card. */
static enum err remove_canary(struct hand *hand, const struct instruction *instruction,
                              struct why *why)
{
    struct proposal *item = &hand->submission->items[0];
    struct record_place place;
    enum err err;

    if (hand_set_tenant(hand, instruction->name) != OK)
        return why_say(why, ERR_NOT_FOUND, "there is no tenant of this name");
    place = (struct record_place){ hand->principal.tenant, instruction->token };
    err = canary_find(&hand->worker, &place);
    item->kind = PROPOSE_ERASE;
    item->tenant = place.tenant;
    item->token = place.token;
    caller_entry(&hand->caller, AUDIT_ERASE, &item->entry);
    must(
        bytes_copy_text(bytes_lit(CANARY_REMOVED), item->entry.detail, sizeof(item->entry.detail)));
    if (err == OK)
        err = hand_ask(hand);
    if (err == ERR_NO_TOKEN)
        return why_say(why, err, "the tenant has no such canary");
    return err == OK ? OK : why_say(why, err, "the canary stays: %s", err_text(err));
}

static enum err release(struct hand *hand, const struct instruction *instruction, struct why *why)
{
    struct quarantine *quarantine = hand->desk->quarantine;
    struct proposal *item = &hand->submission->items[0];
    enum err err;

    item->kind = PROPOSE_RELEASE;
    caller_entry(&hand->caller, AUDIT_QUARANTINE, &item->entry);
    must(bytes_copy_text(bytes_str(instruction->name), item->entry.client,
                         sizeof(item->entry.client)));
    must(bytes_copy_text(bytes_lit("released"), item->entry.detail, sizeof(item->entry.detail)));
    err = hand_ask(hand);
    if (err == OK && quarantine != NULL)
        quarantine_remove(quarantine, instruction->name);
    if (err == ERR_NO_TOKEN)
        return why_say(why, err, "no client of this name is in quarantine");
    return err == OK ? OK : why_say(why, err, "the client stays held: %s", err_text(err));
}

static enum err carry_out(struct hand *hand, const struct instruction *instruction, struct why *why)
{
    switch (instruction->kind) {
    case INSTRUCT_ADD_CANARY: return add_canary(hand, instruction, why);
    case INSTRUCT_REMOVE_CANARY: return remove_canary(hand, instruction, why);
    case INSTRUCT_RELEASE: return release(hand, instruction, why);
    }
    return ERR_INTERNAL;
}

enum err operator_carry_out(const struct operator_desk *desk, const struct instruction *instruction,
                            struct operator_result *ret_result, struct why *why)
{
    struct hand hand AUTO(hand_done) = { .desk = desk };
    const struct proposal *item;
    enum err err;

    if (vault_cause(desk->vault) != NULL) /* what would be asked now might wait for long */
        return why_say(why, ERR_JOURNAL, "%s", vault_cause(desk->vault));
    err = hand_init(&hand, desk);
    if (err != OK)
        return why_say(why, err, "%s", err_text(err));
    TRY(carry_out(&hand, instruction, why));
    item = &hand.submission->items[0];
    *ret_result = (struct operator_result){ item->token, item->number };
    return OK;
}
