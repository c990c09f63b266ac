#include "vault/sweep.h"

#include "vault/answer.h"
#include "vault/decide.h"

static void due_add(struct sweep_due *due, struct bytes key)
{
    struct row_key *copy = &due->keys[due->count++];

    copy->size = (uint8_t)key.size;
    memcpy(copy->data, key.data, key.size);
}

/* The rows of a table that are due up to a time, the oldest first. */
static enum err due_find(struct store_txn *txn, enum store_table table, int64_t until_ms,
                         struct sweep_due *ret_due)
{
    struct store_scan scan AUTO(store_scan_end) = { 0 };
    struct store_range range = { .prefix = bytes_of(&(uint8_t){ (uint8_t)table }, 1),
                                 .count_max = SWEEP_ROWS };
    struct bytes row;
    int64_t due_ms;

    ret_due->count = 0;
    TRY(store_scan_begin(txn, STORE_EXPIRY, &range, &scan));
    while (store_scan_next(&scan)) {
        TRY(row_read_due(scan.key, &due_ms, &row));
        if (due_ms > until_ms || scan.key.size > ROW_KEY_MAX)
            break;
        due_add(ret_due, scan.key);
    }
    return scan.err;
}

/* The row may be gone already in an entry that LMDB has not seen yet. */
static enum err expire_due(struct ledger *ledger, const struct row_key *due_key,
                           const struct keyring *keyring)
{
    struct record_place place;
    const char *tenant;
    struct bytes row;
    int64_t due_ms;
    enum err err = ledger_get(ledger, STORE_EXPIRY, due_key, &ledger->value);

    if (err != OK)
        return err == ERR_NOT_FOUND ? OK : err;
    TRY(row_read_due(row_key_bytes(due_key), &due_ms, &row));
    TRY(row_read_place(row, &place));
    tenant = keyring_tenant_name(keyring, place.tenant);
    err = decide_expire(ledger, &place, tenant == NULL ? "" : tenant);
    return err == ERR_VAULT_DAMAGED ? OK : err; /* whoever asks for it will hear so */
}

enum err sweep_find_cards(struct ledger *ledger, struct sweep_due *ret_due)
{
    int64_t until_ms = ledger->now_ms - ledger->expired_keep_ms;
    enum err err;

    ret_due->count = 0;
    if (ledger->now_ms < ledger->sweep_after_ms)
        return OK;
    TRY(store_renew(ledger->sight.snapshot));
    err = due_find(ledger->sight.snapshot, STORE_TOKENS, until_ms, ret_due);
    store_reset(ledger->sight.snapshot);
    return err;
}

enum err sweep_cards(struct ledger *ledger, const struct sweep_due *due,
                     const struct keyring *keyring)
{
    for (size_t i = 0; i < due->count; i++)
        TRY(expire_due(ledger, &due->keys[i], keyring));
    return OK;
}

/* Until when the row itself says that it is kept: a newer one under the same key may have come. */
static enum err kept_until(enum store_table table, struct bytes value, int64_t *ret_ms)
{
    struct answer answer;
    struct used_row used;

    if (table == STORE_USED) {
        TRY(row_read_used(value, &used));
        *ret_ms = used.keep_until_ms;
        return OK;
    }
    TRY(answer_read(value, &answer));
    *ret_ms = answer.keep_until_ms;
    return OK;
}

static void clear_due(struct store_txn *txn, enum store_table table, const struct row_key *due_key)
{
    struct bytes key, value;
    int64_t due_ms, until_ms;

    if (row_read_due(row_key_bytes(due_key), &due_ms, &key) == OK &&
        store_get(txn, table, key, &value) == OK && kept_until(table, value, &until_ms) == OK &&
        until_ms == due_ms)
        store_del(txn, table, key);
    store_del(txn, STORE_EXPIRY, row_key_bytes(due_key));
}

void sweep_kept(struct store_txn *txn, const struct sweep_limit *limit)
{
    static const enum store_table tables[] = { STORE_IDEMPOTENCY, STORE_USED };
    struct sweep_due due;

    if (limit->now_ms < limit->sweep_after_ms)
        return;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (due_find(txn, tables[i], limit->now_ms, &due) != OK)
            return;
        for (size_t j = 0; j < due.count; j++)
            clear_due(txn, tables[i], &due.keys[j]);
    }
}
