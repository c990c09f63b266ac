#include "vault/change.h"

#include "base/must.h"

enum { PAYLOAD_VERSION = 1 };

void change_write(const struct change *change, struct buf *changes)
{
    buf_add_u8(changes, (uint8_t)change->kind);
    buf_add_u8(changes, (uint8_t)change->table);
    buf_add_bytes8(changes, change->key);
    switch (change->kind) {
    case CHANGE_PUT:
        buf_add_u32(changes, (uint32_t)change->value.size);
        buf_add(changes, change->value);
        break;
    case CHANGE_DEL: break;
    case CHANGE_COUNT:
        buf_add_u8(changes, (uint8_t)(change->cards + 1));
        buf_add_u8(changes, (uint8_t)(change->tombstones + 1));
        break;
    }
}

void change_payload(struct bytes leaf, struct bytes changes, struct buf *payload)
{
    buf_add_u8(payload, PAYLOAD_VERSION);
    buf_add_bytes16(payload, leaf);
    buf_add(payload, changes);
}

enum err change_read(struct bytes payload, struct bytes *ret_leaf, struct cursor *ret_changes)
{
    struct cursor cursor = cursor_on(payload);
    uint8_t version = cursor_u8(&cursor);
    struct bytes leaf = cursor_bytes16(&cursor);

    TRY(cursor_check(&cursor));
    if (version != PAYLOAD_VERSION)
        return version > PAYLOAD_VERSION ? ERR_NEWER : ERR_CORRUPT;
    *ret_leaf = leaf;
    *ret_changes = cursor;
    return OK;
}

static void count_read(struct cursor *changes, struct change *change)
{
    change->cards = cursor_u8(changes) - 1;
    change->tombstones = cursor_u8(changes) - 1;
    if (change->cards > 1 || change->tombstones > 1)
        cursor_fail(changes);
}

bool change_next(struct cursor *changes, struct change *ret_change)
{
    struct change change = { 0 };
    uint8_t kind, table;

    if (changes->failed || changes->rest.size == 0)
        return false;
    kind = cursor_u8(changes);
    table = cursor_u8(changes);
    change.key = cursor_bytes8(changes);
    if (kind == CHANGE_PUT)
        change.value = cursor_bytes(changes, cursor_u32(changes));
    else if (kind == CHANGE_COUNT)
        count_read(changes, &change);
    else if (kind != CHANGE_DEL)
        cursor_fail(changes);
    if (table >= STORE_TABLES || change.key.size == 0)
        cursor_fail(changes);
    change.kind = (enum change_kind)kind;
    change.table = (enum store_table)table;
    *ret_change = change;
    return !changes->failed;
}
