#include "vault/holding.h"

static enum err holding_read(struct holding *holding, struct bytes token_row)
{
    TRY(row_read_token(token_row, &holding->row));
    return record_read_header(holding->row.record, &holding->header);
}

static enum err holding_get(struct ledger *ledger, enum store_table table,
                            const struct record_place *place, struct holding *ret_holding)
{
    struct row_key key = row_key_token(place);
    enum err err;

    ret_holding->place = *place;
    buf_init_fixed(&ret_holding->value, ret_holding->storage, sizeof(ret_holding->storage));
    err = ledger_get(ledger, table, &key, &ret_holding->value);
    if (err == ERR_NOT_FOUND)
        return ERR_NO_TOKEN;
    return err == ERR_LIMIT ? ERR_VAULT_DAMAGED : err;
}

enum err holding_find_any(struct ledger *ledger, const struct record_place *place,
                          struct holding *ret_holding)
{
    TRY(holding_get(ledger, STORE_TOKENS, place, ret_holding));
    return holding_read(ret_holding, buf_bytes(&ret_holding->value));
}

enum err holding_find(struct ledger *ledger, const struct record_place *place,
                      struct holding *ret_holding)
{
    TRY(holding_find_any(ledger, place, ret_holding));
    return ledger_is_over(ledger, ret_holding->header.expires_at_ms) ? ERR_NO_TOKEN : OK;
}

enum err holding_find_used(struct ledger *ledger, const struct record_place *place,
                           struct holding *ret_holding)
{
    struct used_row used;

    TRY(holding_get(ledger, STORE_USED, place, ret_holding));
    TRY(row_read_used(buf_bytes(&ret_holding->value), &used));
    ret_holding->used_by = used.number;
    ret_holding->keep_until_ms = used.keep_until_ms;
    return holding_read(ret_holding, used.token_row);
}

bool holding_is_kept(const struct ledger *ledger, const struct holding *holding)
{
    return !ledger_may_go(ledger, holding->keep_until_ms) &&
           !ledger_is_over(ledger, holding->header.expires_at_ms);
}

void holding_lend(const struct holding *holding, struct record *ret_record)
{
    ret_record->size = (uint16_t)holding->row.record.size;
    memcpy(ret_record->data, holding->row.record.data, holding->row.record.size);
}

static void put_token(struct ledger *ledger, const struct holding *holding)
{
    uint8_t storage[HOLDING_VALUE_MAX];
    struct row_key key = row_key_token(&holding->place);
    struct buf value;

    buf_init_fixed(&value, storage, sizeof(storage));
    row_write_token(&holding->row, &value);
    ledger_put(ledger, STORE_TOKENS, &key, buf_bytes(&value));
}

static struct row_key expiry_key(const struct holding *holding)
{
    struct row_key key = row_key_token(&holding->place);

    return row_key_due(STORE_TOKENS, holding->header.expires_at_ms, row_key_bytes(&key));
}

/* The rows that help to find it: when it ends, and whose it is. */
static void put_signposts(struct ledger *ledger, const struct holding *holding)
{
    struct row_key due = expiry_key(holding);
    struct row_key customer = row_key_customer(&holding->place, holding->row.customer_tag);

    if (holding->header.expires_at_ms != 0)
        ledger_put(ledger, STORE_EXPIRY, &due, bytes_lit("\1"));
    if (holding->row.has_customer)
        ledger_put(ledger, STORE_CUSTOMERS, &customer, bytes_lit("\1"));
}

static void del_signposts(struct ledger *ledger, const struct holding *holding)
{
    struct row_key due = expiry_key(holding);
    struct row_key customer = row_key_customer(&holding->place, holding->row.customer_tag);

    if (holding->header.expires_at_ms != 0)
        ledger_del(ledger, STORE_EXPIRY, &due);
    if (holding->row.has_customer)
        ledger_del(ledger, STORE_CUSTOMERS, &customer);
}

static void put_name(struct ledger *ledger, enum store_table table, const struct row_key *key,
                     const struct token *token)
{
    uint8_t storage[64];
    struct buf value;

    buf_init_fixed(&value, storage, sizeof(storage));
    row_write_name(token, &value);
    ledger_put(ledger, table, key, buf_bytes(&value));
}

void holding_store(struct ledger *ledger, const struct holding *holding)
{
    struct row_key index = row_key_index(holding->place.tenant, holding->header.index);

    put_token(ledger, holding);
    if (!holding->header.single)
        put_name(ledger, STORE_INDEX, &index, &holding->place.token);
    put_signposts(ledger, holding);
    ledger_count(ledger, holding->place.tenant, 1, 0);
}

void holding_change(struct ledger *ledger, const struct holding *holding,
                    const struct holding *changed)
{
    del_signposts(ledger, holding);
    put_token(ledger, changed);
    put_signposts(ledger, changed);
}

/* A card that ended may have been tokenized again: then the index row is the new token's. */
static enum err del_index(struct ledger *ledger, const struct holding *holding)
{
    struct row_key key = row_key_index(holding->place.tenant, holding->header.index);
    uint8_t storage[64];
    struct token token;
    struct buf value;
    enum err err;

    buf_init_fixed(&value, storage, sizeof(storage));
    err = ledger_get(ledger, STORE_INDEX, &key, &value);
    if (err != OK)
        return err == ERR_NOT_FOUND ? OK : err;
    TRY(row_read_name(buf_bytes(&value), &token));
    if (token_equal(&token, &holding->place.token))
        ledger_del(ledger, STORE_INDEX, &key);
    return OK;
}

/* An opaque token has 128 random bits: nobody draws it again. */
static bool leaves_tombstone(const struct holding *holding)
{
    return holding->header.format != TOKEN_OPAQUE;
}

static void put_tombstone(struct ledger *ledger, const struct holding *holding)
{
    struct row_key key = row_key_token(&holding->place);
    uint8_t storage[16];
    struct buf value;

    buf_init_fixed(&value, storage, sizeof(storage));
    row_write_number(ledger->next, &value);
    ledger_put(ledger, STORE_TOMBSTONES, &key, buf_bytes(&value));
}

enum err holding_end(struct ledger *ledger, const struct holding *holding)
{
    struct row_key key = row_key_token(&holding->place);

    ledger_del(ledger, STORE_TOKENS, &key);
    if (!holding->header.single)
        TRY(del_index(ledger, holding));
    del_signposts(ledger, holding);
    if (leaves_tombstone(holding))
        put_tombstone(ledger, holding);
    ledger_count(ledger, holding->place.tenant, -1, leaves_tombstone(holding));
    return OK;
}

enum err holding_use(struct ledger *ledger, const struct holding *holding, int64_t keep_until_ms)
{
    struct row_key key = row_key_token(&holding->place);
    struct row_key due = row_key_due(STORE_USED, keep_until_ms, row_key_bytes(&key));
    uint8_t storage[HOLDING_VALUE_MAX];
    struct buf value;

    TRY(holding_end(ledger, holding));
    buf_init_fixed(&value, storage, sizeof(storage));
    row_write_used(&(struct used_row){ ledger->next, keep_until_ms, buf_bytes(&holding->value) },
                   &value);
    TRY(buf_check(&value));
    ledger_put(ledger, STORE_USED, &key, buf_bytes(&value));
    ledger_put(ledger, STORE_EXPIRY, &due, bytes_lit("\1"));
    return OK;
}

void holding_return(struct ledger *ledger, const struct holding *holding)
{
    struct row_key key = row_key_token(&holding->place);

    holding_forget(ledger, holding);
    put_token(ledger, holding);
    put_signposts(ledger, holding);
    if (leaves_tombstone(holding))
        ledger_del(ledger, STORE_TOMBSTONES, &key);
    ledger_count(ledger, holding->place.tenant, 1, leaves_tombstone(holding) ? -1 : 0);
}

void holding_forget(struct ledger *ledger, const struct holding *holding)
{
    struct row_key key = row_key_token(&holding->place);
    struct row_key due = row_key_due(STORE_USED, holding->keep_until_ms, row_key_bytes(&key));

    ledger_del(ledger, STORE_USED, &key);
    ledger_del(ledger, STORE_EXPIRY, &due);
}
