#include "vault/row.h"

#include "base/cursor.h"
#include "base/must.h"

enum { ROW_VERSION = 1 };

static void key_add(struct row_key *key, struct bytes bytes)
{
    must(bytes.size <= sizeof(key->data) - key->size);
    if (bytes.size > 0)
        memcpy(key->data + key->size, bytes.data, bytes.size);
    key->size = (uint8_t)(key->size + bytes.size);
}

static void key_add_integer(struct row_key *key, uint64_t value, size_t size)
{
    uint8_t text[8];

    for (size_t i = 0; i < size; i++)
        text[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
    key_add(key, bytes_of(text, size));
}

struct row_key row_key_token(const struct record_place *place)
{
    struct row_key key = { 0 };

    key_add_integer(&key, place->tenant, 4);
    key_add(&key, token_bytes(&place->token));
    return key;
}

struct row_key row_key_index(uint32_t tenant, const uint8_t index[32])
{
    struct row_key key = { 0 };

    key_add_integer(&key, tenant, 4);
    key_add(&key, bytes_of(index, 32));
    return key;
}

struct row_key row_key_customer(const struct record_place *place, const uint8_t tag[AUDIT_TAG_SIZE])
{
    struct row_key key = { 0 };

    key_add_integer(&key, place->tenant, 4);
    key_add(&key, bytes_of(tag, AUDIT_TAG_SIZE));
    key_add(&key, token_bytes(&place->token));
    return key;
}

struct row_key row_key_number(uint64_t number)
{
    struct row_key key = { 0 };

    key_add_integer(&key, number, 8);
    return key;
}

struct row_key row_key_scope(const uint8_t scope[ROW_SCOPE_SIZE])
{
    struct row_key key = { 0 };

    key_add(&key, bytes_of(scope, ROW_SCOPE_SIZE));
    return key;
}

struct row_key row_key_due(enum store_table table, int64_t due_ms, struct bytes row)
{
    struct row_key key = { 0 };

    key_add_integer(&key, (uint64_t)table, 1);
    key_add_integer(&key, (uint64_t)due_ms, 8);
    key_add(&key, row);
    return key;
}

struct row_key row_key_meta(const char *name)
{
    struct row_key key = { 0 };

    key_add(&key, bytes_str(name));
    return key;
}

struct row_key row_key_count(uint32_t tenant)
{
    struct row_key key = row_key_meta("count");

    key_add_integer(&key, tenant, 4);
    return key;
}

struct row_key row_key_quarantine(const char *client)
{
    struct row_key key = row_key_meta("quarantine");

    key_add(&key, bytes_str(client));
    return key;
}

enum err row_read_due(struct bytes row, int64_t *ret_due_ms, struct bytes *ret_key)
{
    struct cursor cursor = cursor_on(row);
    int64_t due_ms;

    (void)cursor_u8(&cursor);
    due_ms = (int64_t)cursor_u64(&cursor);
    TRY(cursor_check(&cursor));
    *ret_due_ms = due_ms;
    *ret_key = cursor.rest;
    return OK;
}

enum err row_read_place(struct bytes row, struct record_place *ret_place)
{
    struct record_place place = { 0 };
    struct cursor cursor = cursor_on(row);

    place.tenant = cursor_u32(&cursor);
    TRY(cursor_check(&cursor));
    if (!bytes_copy_text(cursor.rest, place.token.text, sizeof(place.token.text)))
        return ERR_CORRUPT;
    place.token.size = (uint8_t)cursor.rest.size;
    *ret_place = place;
    return OK;
}

/* Begin to read a value of ours. */
static struct cursor value_cursor(struct bytes value)
{
    struct cursor cursor = cursor_on(value);

    if (cursor_u8(&cursor) != ROW_VERSION)
        cursor_fail(&cursor);
    return cursor;
}

void row_write_token(const struct token_row *row, struct buf *value)
{
    buf_add_u8(value, ROW_VERSION);
    buf_add_u64(value, row->made);
    buf_add_bytes8(value, bytes_of(row->customer_tag, row->has_customer ? AUDIT_TAG_SIZE : 0));
    buf_add(value, row->record);
}

enum err row_read_token(struct bytes value, struct token_row *ret_row)
{
    struct cursor cursor = value_cursor(value);
    struct token_row row = { 0 };
    struct bytes tag;

    row.made = cursor_u64(&cursor);
    tag = cursor_bytes8(&cursor);
    row.record = cursor.rest;
    row.has_customer = tag.size == AUDIT_TAG_SIZE;
    if (cursor.failed || (tag.size != 0 && !row.has_customer) || row.record.size > RECORD_SIZE_MAX)
        return ERR_VAULT_DAMAGED;
    if (row.has_customer)
        memcpy(row.customer_tag, tag.data, tag.size);
    *ret_row = row;
    return OK;
}

void row_write_used(const struct used_row *row, struct buf *value)
{
    buf_add_u8(value, ROW_VERSION);
    buf_add_u64(value, row->number);
    buf_add_u64(value, (uint64_t)row->keep_until_ms);
    buf_add(value, row->token_row);
}

enum err row_read_used(struct bytes value, struct used_row *ret_row)
{
    struct cursor cursor = value_cursor(value);
    struct used_row row;

    row.number = cursor_u64(&cursor);
    row.keep_until_ms = (int64_t)cursor_u64(&cursor);
    row.token_row = cursor.rest;
    if (cursor.failed)
        return ERR_VAULT_DAMAGED;
    *ret_row = row;
    return OK;
}

void row_write_applied(const struct applied_row *row, struct buf *value)
{
    buf_add_u8(value, ROW_VERSION);
    buf_add_u64(value, row->position.next);
    buf_add(value, bytes_of(row->position.mac, sizeof(row->position.mac)));
    buf_add_u64(value, row->generation);
    buf_add_u64(value, (uint64_t)row->time_ms);
    buf_add_bytes16(value, row->edge);
}

enum err row_read_applied(struct bytes value, struct applied_row *ret_row)
{
    struct cursor cursor = value_cursor(value);
    struct applied_row row;

    row.position.next = cursor_u64(&cursor);
    cursor_copy(&cursor, row.position.mac, sizeof(row.position.mac));
    row.generation = cursor_u64(&cursor);
    row.time_ms = (int64_t)cursor_u64(&cursor);
    row.edge = cursor_bytes16(&cursor);
    TRY(cursor_end(&cursor));
    *ret_row = row;
    return OK;
}

void row_write_count(const struct count_row *row, struct buf *value)
{
    buf_add_u8(value, ROW_VERSION);
    buf_add_u64(value, row->cards);
    buf_add_u64(value, row->tombstones);
}

enum err row_read_count(struct bytes value, struct count_row *ret_row)
{
    struct cursor cursor = value_cursor(value);
    struct count_row row;

    row.cards = cursor_u64(&cursor);
    row.tombstones = cursor_u64(&cursor);
    TRY(cursor_end(&cursor));
    *ret_row = row;
    return OK;
}

void row_write_number(uint64_t number, struct buf *value)
{
    buf_add_u8(value, ROW_VERSION);
    buf_add_u64(value, number);
}

enum err row_read_number(struct bytes value, uint64_t *ret_number)
{
    struct cursor cursor = value_cursor(value);
    uint64_t number = cursor_u64(&cursor);

    TRY(cursor_end(&cursor));
    *ret_number = number;
    return OK;
}

void row_write_name(const struct token *token, struct buf *value)
{
    buf_add_u8(value, ROW_VERSION);
    buf_add(value, token_bytes(token));
}

enum err row_read_name(struct bytes value, struct token *ret_token)
{
    struct cursor cursor = value_cursor(value);
    struct token token = { 0 };

    if (cursor.failed || !bytes_copy_text(cursor.rest, token.text, sizeof(token.text)))
        return ERR_VAULT_DAMAGED;
    token.size = (uint8_t)cursor.rest.size;
    *ret_token = token;
    return OK;
}
