#include "vault/answer.h"

#include "base/cursor.h"

enum { ANSWER_VERSION = 1 };

static void write_head(const struct idempotency *idempotency, enum answer_state state,
                       int64_t keep_until_ms, struct buf *value)
{
    buf_add_u8(value, ANSWER_VERSION);
    buf_add_u8(value, (uint8_t)state);
    buf_add(value, bytes_of(idempotency->body, sizeof(idempotency->body)));
    buf_add_u64(value, (uint64_t)keep_until_ms);
}

enum err answer_read(struct bytes value, struct answer *ret_answer)
{
    struct cursor cursor = cursor_on(value);
    struct answer answer;
    uint8_t version = cursor_u8(&cursor), state = cursor_u8(&cursor);

    cursor_copy(&cursor, answer.body, sizeof(answer.body));
    answer.keep_until_ms = (int64_t)cursor_u64(&cursor);
    answer.state = (enum answer_state)state;
    answer.rest = cursor.rest;
    if (cursor.failed || version != ANSWER_VERSION || state < ANSWER_ITEMS || state > ANSWER_NAMED)
        return ERR_VAULT_DAMAGED;
    *ret_answer = answer;
    return OK;
}

bool answer_is_kept(const struct submission *submission)
{
    enum err err = submission->items[0].err;

    return submission->is_batch || err == OK || err == ERR_NO_TOKEN;
}

/* Errors are kept by their code and status, which never change, not by their number. */
static void write_err(enum err err, struct buf *value)
{
    buf_add_u16(value, (uint16_t)err_http(err));
    buf_add_bytes8(value, bytes_str(err_code(err)));
}

static enum err read_err(struct cursor *cursor)
{
    uint16_t status = cursor_u16(cursor);
    struct bytes code = cursor_bytes8(cursor);

    for (enum err err = OK; err < ERR_COUNT; err++) {
        if (err_http(err) == status && bytes_equal(bytes_str(err_code(err)), code))
            return err;
    }
    cursor_fail(cursor);
    return ERR_INTERNAL;
}

/* A reveal opens the record anew, or not at all if it was erased meanwhile. */
static void write_record(const struct proposal *item, struct buf *value)
{
    struct record bare = { 0 };

    if (item->kind != PROPOSE_REVEAL && item->decision != DECIDED_NOTHING)
        record_without_card(&item->record, &bare);
    buf_add_bytes16(value, record_bytes(&bare));
}

void answer_write_items(const struct submission *submission, int64_t keep_until_ms,
                        struct buf *value)
{
    write_head(&submission->idempotency, ANSWER_ITEMS, keep_until_ms, value);
    buf_add_u16(value, (uint16_t)submission->count);
    for (size_t i = 0; i < submission->count; i++) {
        const struct proposal *item = &submission->items[i];
        buf_add_u8(value, (uint8_t)item->decision);
        write_err(item->err, value);
        buf_add_u64(value, item->number);
        buf_add_bytes8(value, token_bytes(&item->token));
        write_record(item, value);
    }
}

void answer_write_running(const struct idempotency *idempotency, int64_t keep_until_ms,
                          struct buf *value)
{
    write_head(idempotency, ANSWER_RUNNING, keep_until_ms, value);
}

void answer_write_name(const struct idempotency *idempotency, int64_t keep_until_ms,
                       struct buf *value)
{
    write_head(idempotency, ANSWER_NAMED, keep_until_ms, value);
    buf_add(value, bytes_of(idempotency->scope, sizeof(idempotency->scope)));
}

void answer_write_forward(const struct idempotency *idempotency,
                          const struct forward_outcome *outcome, int64_t keep_until_ms,
                          struct buf *value)
{
    write_head(idempotency, ANSWER_FORWARD, keep_until_ms, value);
    buf_add_u64(value, outcome->intent);
    buf_add_u16(value, outcome->status);
    buf_add(value, outcome->answer);
}

static void read_item(struct cursor *cursor, struct proposal *item)
{
    struct bytes token, record;
    uint8_t decision = cursor_u8(cursor);

    item->err = read_err(cursor);
    item->number = cursor_u64(cursor);
    token = cursor_bytes8(cursor);
    record = cursor_bytes16(cursor);
    if (decision > DECIDED_DONE || record.size > sizeof(item->record.data) ||
        !bytes_copy_text(token, item->token.text, sizeof(item->token.text))) {
        cursor_fail(cursor);
        return;
    }
    item->decision = (enum decision)decision;
    item->token.size = (uint8_t)token.size;
    item->record.size = (uint16_t)record.size;
    if (record.size > 0)
        memcpy(item->record.data, record.data, record.size);
}

enum err answer_fill_items(const struct answer *answer, struct submission *submission)
{
    struct cursor cursor = cursor_on(answer->rest);

    if (cursor_u16(&cursor) != submission->count)
        return ERR_KEY_CONFLICT;
    for (size_t i = 0; i < submission->count; i++)
        read_item(&cursor, &submission->items[i]);
    return cursor_end(&cursor) == OK ? OK : ERR_VAULT_DAMAGED;
}

enum err answer_fill_forward(const struct answer *answer, struct submission *submission)
{
    struct cursor cursor = cursor_on(answer->rest);
    struct forward_outcome *outcome = &submission->forward;
    bool is_known;

    outcome->intent = cursor_u64(&cursor);
    outcome->status = cursor_u16(&cursor);
    outcome->nothing_sent = false;
    if (cursor_check(&cursor) != OK)
        return ERR_VAULT_DAMAGED;
    buf_clear(&submission->kept_answer);
    buf_add(&submission->kept_answer, cursor.rest);
    TRY(buf_check(&submission->kept_answer) == OK ? OK : ERR_MEMORY);
    outcome->answer = buf_bytes(&submission->kept_answer);
    is_known = outcome->status != 0 || outcome->answer.size > 0;
    for (size_t i = 0; i < submission->count; i++) {
        submission->items[i].err = is_known ? OK : ERR_OUTCOME_UNKNOWN;
        submission->items[i].decision = is_known ? DECIDED_DONE : DECIDED_NOTHING;
        submission->items[i].number = outcome->intent;
    }
    return OK;
}
