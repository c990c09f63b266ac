#include "vault/decide.h"

#include "base/must.h"
#include "vault/answer.h"
#include "vault/open_row.h"

enum {
    OPEN_ROW_MAX = 128 * 1024,
    USED_KEEP_MIN_MS = 3600 * 1000, /* longer than any forward takes: it may have to be undone */
};

/* Nothing is used up before every token was found. A forward without a token has one item without
 * one. */
static enum err find_all(struct ledger *ledger, struct submission *submission, size_t *ret_bad)
{
    struct holding holding;

    for (size_t i = 0; i < submission->count; i++) {
        struct proposal *item = &submission->items[i];
        struct record_place place = proposal_place(item);
        enum err err = OK;
        if (item->token.size == 0)
            continue;
        err = holding_find(ledger, &place, &holding);
        if (err == ERR_NO_TOKEN || err == ERR_VAULT_DAMAGED) {
            *ret_bad = i;
            return err;
        }
        TRY(err);
        holding_lend(&holding, &item->record);
    }
    return OK;
}

/* So that the last forward with a key is found by the key alone. */
static void stage_name(struct ledger *ledger, const struct idempotency *idempotency,
                       int64_t keep_until_ms)
{
    struct idempotency named = *idempotency;

    memcpy(named.scope, idempotency->name, sizeof(named.scope));
    buf_clear(&ledger->value);
    answer_write_name(idempotency, keep_until_ms, &ledger->value);
    stage_answer(ledger, &named, keep_until_ms);
}

/* A key gets the same refusal again, once nothing but its token was wrong. */
static enum err keep_refusal(struct ledger *ledger, const struct submission *submission)
{
    int64_t keep_until_ms = ledger->now_ms + submission->idempotency.keep_ms;

    if (!submission->idempotency.used || !answer_is_kept(submission))
        return OK;
    buf_clear(&ledger->value);
    answer_write_items(submission, keep_until_ms, &ledger->value);
    TRY(buf_check(&ledger->value));
    stage_answer(ledger, &submission->idempotency, keep_until_ms);
    stage_name(ledger, &submission->idempotency, keep_until_ms);
    return OK;
}

/* One bad token stops everything, and is the one that the entry names; all items say so. */
static enum err refuse_all(struct ledger *ledger, struct submission *submission, size_t bad,
                           enum err err)
{
    struct proposal *item = &submission->items[bad];
    uint64_t number;

    item->entry = submission->items[0].entry;
    if (err == ERR_VAULT_DAMAGED)
        proposal_alarm(item, "a record cannot be read");
    else
        proposal_refuse(item, err);
    for (size_t i = 0; i < submission->count; i++) {
        submission->items[i].err = err;
        submission->items[i].decision = DECIDED_NOTHING;
        submission->items[i].number = ledger->next;
        submission->items[i].record.size = 0;
    }
    TRY(keep_refusal(ledger, submission));
    return ledger_enter(ledger, &item->entry, &number);
}

static enum err use_all(struct ledger *ledger, const struct submission *submission,
                        struct buf *tokens)
{
    struct holding holding;
    int64_t keep_ms = submission->idempotency.keep_ms;

    if (keep_ms < USED_KEEP_MIN_MS)
        keep_ms = USED_KEEP_MIN_MS;
    for (size_t i = 0; i < submission->count; i++) {
        struct record_place place = proposal_place(&submission->items[i]);
        if (place.token.size == 0)
            continue;
        TRY(holding_find(ledger, &place, &holding));
        if (!holding.header.single)
            continue;
        TRY(holding_use(ledger, &holding, ledger->now_ms + keep_ms));
        buf_add_bytes8(tokens, token_bytes(&place.token));
    }
    return buf_check(tokens);
}

/* The first token stands in the entry's own member, all others in one. */
static void name_tokens(struct submission *submission)
{
    struct audit_entry *entry = &submission->items[0].entry;
    struct buf more;

    buf_init_fixed(&more, entry->more_tokens, sizeof(entry->more_tokens) - 1);
    for (size_t i = 1; i < submission->count; i++) {
        if (i > 1)
            buf_add_u8(&more, ' ');
        buf_add(&more, token_bytes(&submission->items[i].token));
    }
    must(buf_check(&more) == OK);
    entry->more_tokens[more.size] = '\0';
}

static enum err stage_open(struct ledger *ledger, const struct submission *submission,
                           struct bytes tokens)
{
    uint8_t leaf_storage[AUDIT_LEAF_SIZE_MAX];
    struct buf value AUTO(buf_done) = { 0 };
    struct row_key key = row_key_number(ledger->next);
    struct buf leaf;

    buf_init(&value, OPEN_ROW_MAX);
    buf_init_fixed(&leaf, leaf_storage, sizeof(leaf_storage));
    audit_entry_write(&submission->items[0].entry, &leaf);
    TRY(buf_check(&leaf));
    open_row_write(&(struct open_row){ .tenant = submission->items[0].tenant,
                                       .idempotency = submission->idempotency,
                                       .leaf = buf_bytes(&leaf),
                                       .tokens = tokens },
                   &value);
    TRY(buf_check(&value));
    ledger_put(ledger, STORE_OPEN, &key, buf_bytes(&value));
    return OK;
}

static void stage_running(struct ledger *ledger, const struct idempotency *idempotency)
{
    int64_t keep_until_ms = ledger->now_ms + idempotency->keep_ms;

    buf_clear(&ledger->value);
    answer_write_running(idempotency, keep_until_ms, &ledger->value);
    stage_answer(ledger, idempotency, keep_until_ms);
    stage_name(ledger, idempotency, keep_until_ms);
}

enum err decide_forward(struct ledger *ledger, struct submission *submission)
{
    struct buf tokens AUTO(buf_done) = { 0 };
    uint64_t number;
    size_t bad;
    enum err err = find_all(ledger, submission, &bad);

    if (err == ERR_NO_TOKEN || err == ERR_VAULT_DAMAGED)
        return refuse_all(ledger, submission, bad, err);
    TRY(err);
    buf_init(&tokens, OPEN_ROW_MAX);
    TRY(use_all(ledger, submission, &tokens));
    for (size_t i = 0; i < submission->count; i++)
        proposal_accept(&submission->items[i], DECIDED_DONE, 0);
    name_tokens(submission);
    TRY(stage_open(ledger, submission, buf_bytes(&tokens)));
    if (submission->idempotency.used)
        stage_running(ledger, &submission->idempotency);
    TRY(ledger_enter(ledger, &submission->items[0].entry, &number));
    for (size_t i = 0; i < submission->count; i++)
        submission->items[i].number = number;
    return OK;
}

static enum err return_tokens(struct ledger *ledger, const struct open_row *row, uint64_t intent)
{
    struct record_place place = { .tenant = row->tenant };
    struct bytes tokens = row->tokens;
    struct holding holding;

    while (open_row_next(&tokens, &place.token)) {
        enum err err = holding_find_used(ledger, &place, &holding);
        if (err == ERR_NO_TOKEN)
            continue; /* erased meanwhile */
        TRY(err);
        if (holding.used_by == intent && holding_is_kept(ledger, &holding))
            holding_return(ledger, &holding);
    }
    return OK;
}

/* Stage what follows from an outcome. A key whose request never left may be used again. */
static enum err stage_outcome(struct ledger *ledger, const struct open_row *row,
                              const struct forward_outcome *outcome)
{
    struct row_key open = row_key_number(outcome->intent);
    struct row_key scope = row_key_scope(row->idempotency.scope);
    int64_t keep_until_ms = ledger->now_ms + row->idempotency.keep_ms;

    ledger_del(ledger, STORE_OPEN, &open);
    if (outcome->nothing_sent)
        TRY(return_tokens(ledger, row, outcome->intent));
    if (!row->idempotency.used)
        return OK;
    if (outcome->nothing_sent && outcome->answer.size == 0) {
        ledger_del(ledger, STORE_IDEMPOTENCY, &scope);
        return OK;
    }
    buf_clear(&ledger->value);
    answer_write_forward(&row->idempotency, outcome, keep_until_ms, &ledger->value);
    TRY(buf_check(&ledger->value));
    stage_answer(ledger, &row->idempotency, keep_until_ms);
    return OK;
}

static enum err open_get(struct ledger *ledger, uint64_t intent, struct buf *value,
                         struct open_row *ret_row)
{
    struct row_key key = row_key_number(intent);

    buf_init(value, OPEN_ROW_MAX);
    TRY(ledger_get(ledger, STORE_OPEN, &key, value));
    return open_row_read(buf_bytes(value), ret_row);
}

enum err decide_forward_outcome(struct ledger *ledger, struct submission *submission)
{
    const struct forward_outcome *outcome = &submission->forward;
    struct proposal *item = &submission->items[0];
    struct buf value AUTO(buf_done) = { 0 };
    struct open_row row;

    TRY(open_get(ledger, outcome->intent, &value, &row));
    TRY(stage_outcome(ledger, &row, outcome));
    item->err = OK;
    item->decision = DECIDED_DONE;
    item->entry.status = outcome->status;
    item->entry.outcome = AUDIT_OK;
    if (outcome->status == 0)
        item->entry.outcome = outcome->nothing_sent ? AUDIT_FAILED : AUDIT_UNKNOWN;
    return ledger_enter(ledger, &item->entry, &item->number);
}

enum err decide_forward_unknown(struct ledger *ledger, uint64_t intent)
{
    struct forward_outcome outcome = { .intent = intent };
    struct buf value AUTO(buf_done) = { 0 };
    struct audit_entry entry;
    struct open_row row;
    uint64_t number;

    TRY(open_get(ledger, intent, &value, &row));
    TRY(audit_entry_read(row.leaf, &entry));
    TRY(stage_outcome(ledger, &row, &outcome));
    entry.kind = AUDIT_FORWARD_OUTCOME;
    entry.outcome = AUDIT_UNKNOWN;
    return ledger_enter(ledger, &entry, &number);
}
