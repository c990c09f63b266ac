#include "vault/open_row.h"

#include "base/cursor.h"

enum { OPEN_VERSION = 1 };

void open_row_write(const struct open_row *row, struct buf *value)
{
    const struct idempotency *key = &row->idempotency;

    buf_add_u8(value, OPEN_VERSION);
    buf_add_u32(value, row->tenant);
    buf_add_u8(value, key->used);
    buf_add(value, bytes_of(key->scope, sizeof(key->scope)));
    buf_add(value, bytes_of(key->body, sizeof(key->body)));
    buf_add_u64(value, (uint64_t)key->keep_ms);
    buf_add_bytes16(value, row->leaf);
    buf_add_bytes16(value, row->tokens);
}

enum err open_row_read(struct bytes value, struct open_row *ret_row)
{
    struct cursor cursor = cursor_on(value);
    struct open_row row;

    if (cursor_u8(&cursor) != OPEN_VERSION)
        cursor_fail(&cursor);
    row.tenant = cursor_u32(&cursor);
    row.idempotency.used = cursor_u8(&cursor) != 0;
    cursor_copy(&cursor, row.idempotency.scope, sizeof(row.idempotency.scope));
    cursor_copy(&cursor, row.idempotency.body, sizeof(row.idempotency.body));
    row.idempotency.keep_ms = (int64_t)cursor_u64(&cursor);
    row.leaf = cursor_bytes16(&cursor);
    row.tokens = cursor_bytes16(&cursor);
    if (cursor_end(&cursor) != OK)
        return ERR_VAULT_DAMAGED;
    *ret_row = row;
    return OK;
}

bool open_row_next(struct bytes *tokens, struct token *ret_token)
{
    struct cursor cursor = cursor_on(*tokens);
    struct bytes text = cursor_bytes8(&cursor);
    struct token token = { .size = (uint8_t)text.size };

    if (cursor.failed || !bytes_copy_text(text, token.text, sizeof(token.text)))
        return false;
    *tokens = cursor.rest;
    *ret_token = token;
    return true;
}
