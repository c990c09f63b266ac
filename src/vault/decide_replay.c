#include "vault/decide.h"

#include "base/ct.h"
#include "vault/answer.h"

/* The refusal of a key is one entry, whatever the number of items. */
static enum err refuse_key(struct ledger *ledger, struct submission *submission, enum err err)
{
    struct audit_entry entry = submission->items[0].entry;

    entry.outcome = AUDIT_WAS_REFUSED;
    entry.status = (uint16_t)err_http(err);
    (void)bytes_copy_text(bytes_str(err_code(err)), entry.code, sizeof(entry.code));
    submission->err = err;
    return ledger_enter(ledger, &entry, &submission->replay_number);
}

/* Everything but a card is answered from the row; a card is read again, if it is still there. */
static enum err reveal_again(struct ledger *ledger, struct proposal *item)
{
    enum err err;

    if (item->kind != PROPOSE_REVEAL || item->err != OK)
        return OK;
    err = decide_reveal_again(ledger, item);
    if (err != ERR_NO_TOKEN && err != ERR_VAULT_DAMAGED)
        return err;
    item->err = err;
    item->decision = DECIDED_NOTHING;
    return OK;
}

static uint16_t first_status(const struct proposal *item)
{
    return item->decision == DECIDED_NEW ? 201 : 200;
}

static enum err enter_replay(struct ledger *ledger, struct submission *submission,
                             struct proposal *item)
{
    enum decision decision = item->decision;

    (void)bytes_copy_text(bytes_str(audit_kind_word(item->entry.kind)), item->entry.detail,
                          sizeof(item->entry.detail));
    item->entry.kind = AUDIT_REPLAY;
    item->entry.has_record = false;
    if (item->err == OK)
        proposal_accept(item, decision, first_status(item));
    else if (item->kind == PROPOSE_LOOKUP && item->err == ERR_NO_TOKEN)
        proposal_find_nothing(item);
    else
        proposal_refuse(item, item->err);
    return ledger_enter(ledger, &item->entry, &submission->replay_number);
}

/* A forward is one entry, however many tokens it names. */
static size_t replayed_entries(const struct submission *submission)
{
    return submission->items[0].kind == PROPOSE_FORWARD ? 1 : submission->count;
}

static enum err replay_items(struct ledger *ledger, const struct answer *answer,
                             struct submission *submission)
{
    enum err err = answer_fill_items(answer, submission);

    if (err == ERR_KEY_CONFLICT)
        return refuse_key(ledger, submission, err);
    TRY(err);
    submission->replayed = true;
    for (size_t i = 0; i < replayed_entries(submission); i++) {
        TRY(reveal_again(ledger, &submission->items[i]));
        TRY(enter_replay(ledger, submission, &submission->items[i]));
    }
    return OK;
}

static enum err replay_forward(struct ledger *ledger, const struct answer *answer,
                               struct submission *submission)
{
    TRY(answer_fill_forward(answer, submission));
    submission->replayed = true;
    return enter_replay(ledger, submission, &submission->items[0]);
}

static enum err replay(struct ledger *ledger, const struct answer *answer,
                       struct submission *submission)
{
    if (!ct_equal(answer->body, submission->idempotency.body, sizeof(answer->body)))
        return refuse_key(ledger, submission, ERR_KEY_CONFLICT);
    switch (answer->state) {
    case ANSWER_ITEMS: return replay_items(ledger, answer, submission);
    case ANSWER_RUNNING: return refuse_key(ledger, submission, ERR_KEY_IN_FLIGHT);
    case ANSWER_FORWARD: return replay_forward(ledger, answer, submission);
    case ANSWER_NAMED: break; /* has a key of its own, which no request can have */
    }
    return ERR_VAULT_DAMAGED;
}

enum err decide_replay(struct ledger *ledger, struct submission *submission, bool *ret_answered)
{
    struct row_key key = row_key_scope(submission->idempotency.scope);
    struct answer answer;
    enum err err = ledger_get(ledger, STORE_IDEMPOTENCY, &key, &ledger->value);

    *ret_answered = false;
    if (err != OK)
        return err == ERR_NOT_FOUND ? OK : err;
    TRY(answer_read(buf_bytes(&ledger->value), &answer));
    if (ledger_may_go(ledger, answer.keep_until_ms))
        return OK;
    TRY(replay(ledger, &answer, submission));
    *ret_answered = true;
    return OK;
}
