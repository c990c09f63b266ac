#include "vault/decide.h"

#include "base/must.h"
#include "vault/answer.h"

void stage_answer(struct ledger *ledger, const struct idempotency *idempotency,
                  int64_t keep_until_ms)
{
    struct row_key key = row_key_scope(idempotency->scope);
    struct row_key due = row_key_due(STORE_IDEMPOTENCY, keep_until_ms, row_key_bytes(&key));

    ledger_put(ledger, STORE_IDEMPOTENCY, &key, buf_bytes(&ledger->value));
    ledger_put(ledger, STORE_EXPIRY, &due, bytes_lit("\1"));
}

static enum err decide_item(struct ledger *ledger, const struct submission *submission,
                            struct proposal *item)
{
    item->decision = DECIDED_NOTHING;
    switch (item->kind) {
    case PROPOSE_STORE: return decide_store(ledger, item);
    case PROPOSE_LOOKUP: return decide_lookup(ledger, item);
    case PROPOSE_REVEAL: return decide_reveal(ledger, &submission->idempotency, item);
    case PROPOSE_CHANGE: return decide_change(ledger, item);
    case PROPOSE_ERASE: return decide_erase(ledger, item);
    case PROPOSE_NOTE: return OK;
    case PROPOSE_QUARANTINE: return decide_quarantine(ledger, item);
    case PROPOSE_RELEASE: return decide_release(ledger, item);
    case PROPOSE_FORWARD:
    case PROPOSE_FORWARD_OUTCOME: break; /* a forward stands alone */
    }
    must(false);
    return ERR_INTERNAL;
}

static bool goes_back(const struct proposal *item)
{
    return item->decision == DECIDED_TAKEN || item->decision == DECIDED_STALE;
}

/* No item goes back: the outcome is certain, and may be kept with the last entry. */
static enum err settle(struct ledger *ledger, struct submission *submission)
{
    int64_t keep_until_ms = ledger->now_ms + submission->idempotency.keep_ms;

    for (size_t i = 0; i < submission->count; i++) {
        if (submission->items[i].decision == DECIDED_KNOWN)
            TRY(decide_store_settle(ledger, &submission->items[i]));
    }
    if (!submission->idempotency.used || !answer_is_kept(submission))
        return OK;
    submission->items[submission->count - 1].number = ledger->next;
    buf_clear(&ledger->value);
    answer_write_items(submission, keep_until_ms, &ledger->value);
    TRY(buf_check(&ledger->value));
    stage_answer(ledger, &submission->idempotency, keep_until_ms);
    return OK;
}

/* Only which items are taken or stale is said of a submission that goes back. */
static void give_back(struct submission *submission)
{
    for (size_t i = 0; i < submission->count; i++) {
        struct proposal *item = &submission->items[i];
        if (!goes_back(item)) {
            item->decision = DECIDED_NOTHING;
            if (item->kind != PROPOSE_NOTE)
                item->err = OK;
        }
    }
}

static enum err decide_items(struct ledger *ledger, struct submission *submission)
{
    size_t mark = ledger_mark(ledger);
    bool back = false;

    for (size_t i = 0; i < submission->count; i++) {
        struct proposal *item = &submission->items[i];
        TRY(decide_item(ledger, submission, item));
        back |= goes_back(item);
        if (back) {
            ledger_drop(ledger);
            continue;
        }
        if (i == submission->count - 1)
            TRY(settle(ledger, submission));
        TRY(ledger_enter(ledger, &item->entry, &item->number));
    }
    if (back) {
        ledger_back(ledger, mark);
        give_back(submission);
    }
    return OK;
}

static enum err decide_all(struct ledger *ledger, struct submission *submission)
{
    bool answered = false;

    if (submission->idempotency.used && submission->items[0].kind != PROPOSE_FORWARD_OUTCOME)
        TRY(decide_replay(ledger, submission, &answered));
    if (answered)
        return OK;
    if (submission->items[0].kind == PROPOSE_FORWARD)
        return decide_forward(ledger, submission);
    if (submission->items[0].kind == PROPOSE_FORWARD_OUTCOME)
        return decide_forward_outcome(ledger, submission);
    return decide_items(ledger, submission);
}

void decide(struct ledger *ledger, struct submission *submission)
{
    size_t mark = ledger_mark(ledger);
    enum err err = decide_all(ledger, submission);

    if (err != OK) {
        ledger_back(ledger, mark);
        submission->err = err;
    }
}
