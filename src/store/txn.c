#include <stdlib.h>

#include "base/must.h"
#include "store/engine.h"

struct store_txn {
    struct store *store;
    MDB_txn *txn;
    int code;      /* LMDB's, of the first write that failed */
    bool is_read;  /* a snapshot */
    bool is_reset; /* that holds nothing now */
};

static enum err txn_new(struct store *store, unsigned flags, struct store_txn **ret_txn)
{
    struct store_txn *txn = calloc(1, sizeof(*txn));
    int code;

    if (txn == NULL)
        return ERR_MEMORY;
    code = mdb_txn_begin(store->env, NULL, flags, &txn->txn);
    if (code != MDB_SUCCESS) {
        free(txn);
        return store_err(code);
    }
    txn->store = store;
    txn->is_read = (flags & MDB_RDONLY) != 0;
    *ret_txn = txn;
    return OK;
}

enum err store_begin(struct store *store, struct store_txn **ret_txn)
{
    if (store_is_failed(store))
        return ERR_IO;
    return txn_new(store, 0, ret_txn);
}

static MDB_val val_of(struct bytes bytes)
{
    return (MDB_val){ bytes.size, (void *)(uintptr_t)bytes.data };
}

static struct bytes bytes_of_val(const MDB_val *val)
{
    return bytes_of(val->mv_data, val->mv_size);
}

static void note(struct store_txn *txn, int code)
{
    if (txn->code == MDB_SUCCESS)
        txn->code = code;
}

void store_put(struct store_txn *txn, enum store_table table, struct bytes key, struct bytes value)
{
    MDB_val key_val = val_of(key), value_val = val_of(value);

    must(!txn->is_read);
    if (txn->code == MDB_SUCCESS)
        note(txn, mdb_put(txn->txn, txn->store->tables[table], &key_val, &value_val, 0));
}

void store_del(struct store_txn *txn, enum store_table table, struct bytes key)
{
    MDB_val key_val = val_of(key);
    int code;

    must(!txn->is_read);
    if (txn->code != MDB_SUCCESS)
        return;
    code = mdb_del(txn->txn, txn->store->tables[table], &key_val, NULL);
    if (code != MDB_NOTFOUND)
        note(txn, code);
}

enum err store_commit(struct store_txn **txn)
{
    struct store *store = (*txn)->store;
    int code = (*txn)->code;

    must(!(*txn)->is_read);
    if (code == MDB_SUCCESS)
        code = mdb_txn_commit((*txn)->txn);
    else
        mdb_txn_abort((*txn)->txn);
    free(*txn);
    *txn = NULL;
    return store_judge(store, code);
}

void store_abort(struct store_txn **txn)
{
    if (*txn == NULL)
        return;
    mdb_txn_abort((*txn)->txn);
    free(*txn);
    *txn = NULL;
}

enum err store_snapshot(struct store *store, struct store_txn **ret_txn)
{
    return txn_new(store, MDB_RDONLY, ret_txn);
}

void store_reset(struct store_txn *snapshot)
{
    must(snapshot->is_read);
    if (!snapshot->is_reset)
        mdb_txn_reset(snapshot->txn);
    snapshot->is_reset = true;
}

enum err store_renew(struct store_txn *snapshot)
{
    store_reset(snapshot);
    TRY(store_err(mdb_txn_renew(snapshot->txn)));
    snapshot->is_reset = false;
    return OK;
}

enum err store_get(struct store_txn *txn, enum store_table table, struct bytes key,
                   struct bytes *ret_value)
{
    MDB_val key_val = val_of(key), value_val;
    int code = txn->code;

    must(!txn->is_reset);
    if (code == MDB_SUCCESS)
        code = mdb_get(txn->txn, txn->store->tables[table], &key_val, &value_val);
    if (code == MDB_SUCCESS)
        *ret_value = bytes_of_val(&value_val);
    else if (code != MDB_NOTFOUND && !txn->is_read)
        note(txn, code);
    return store_err(code);
}

/* LMDB's order: bytes as numbers, a prefix first. */
static bool is_below(struct bytes a, struct bytes b)
{
    size_t shared = a.size < b.size ? a.size : b.size;
    int order = shared > 0 ? memcmp(a.data, b.data, shared) : 0;

    return order != 0 ? order < 0 : a.size < b.size;
}

enum err store_scan_begin(struct store_txn *txn, enum store_table table,
                          const struct store_range *range, struct store_scan *ret_scan)
{
    MDB_cursor *cursor;

    must(!txn->is_reset);
    TRY(store_err(txn->code));
    TRY(store_err(mdb_cursor_open(txn->txn, txn->store->tables[table], &cursor)));
    *ret_scan = (struct store_scan){
        .key = is_below(range->from, range->prefix) ? range->prefix : range->from,
        .prefix = range->prefix,
        .left = range->count_max > 0 ? range->count_max : SIZE_MAX,
        .cursor = cursor,
    };
    return OK;
}

bool store_scan_next(struct store_scan *scan)
{
    MDB_cursor_op how = scan->begun ? MDB_NEXT : scan->key.size > 0 ? MDB_SET_RANGE : MDB_FIRST;
    MDB_val key = val_of(scan->key), value;
    int code;

    if (scan->left == 0)
        return false;
    code = mdb_cursor_get(scan->cursor, &key, &value, how);
    if (code == MDB_SUCCESS && bytes_start_with(bytes_of_val(&key), scan->prefix)) {
        scan->begun = true;
        scan->left--;
        scan->key = bytes_of_val(&key);
        scan->value = bytes_of_val(&value);
        return true;
    }
    scan->left = 0;
    if (code != MDB_SUCCESS && code != MDB_NOTFOUND)
        scan->err = store_err(code);
    return false;
}

void store_scan_end(struct store_scan *scan)
{
    if (scan->cursor != NULL)
        mdb_cursor_close(scan->cursor);
    scan->cursor = NULL;
    scan->left = 0;
}
