#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/engine.h"

enum { ROWS_AT_ONCE = 8 * 1024 }; /* in one transaction: its pages lie in memory */

/* The new file, as it is filled. */
struct packing {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi tables[STORE_TABLES];
    size_t rows; /* of this transaction */
};

static enum err packing_begin(struct packing *packing)
{
    packing->rows = 0;
    return store_err(mdb_txn_begin(packing->env, NULL, 0, &packing->txn));
}

static enum err packing_commit(struct packing *packing)
{
    MDB_txn *txn = packing->txn;

    packing->txn = NULL; /* a commit that fails frees it, too */
    return store_err(mdb_txn_commit(txn));
}

static void packing_done(struct packing *packing)
{
    txn_done(&packing->txn);
}

/* Rows come in order, so each page is filled before the next one begins. */
static enum err packing_add(struct packing *packing, int table, MDB_val *key, MDB_val *value)
{
    if (packing->rows == ROWS_AT_ONCE) {
        TRY(packing_commit(packing));
        TRY(packing_begin(packing));
    }
    packing->rows++;
    return store_err(mdb_put(packing->txn, packing->tables[table], key, value, MDB_APPEND));
}

static enum err pack_table(MDB_txn *from, MDB_dbi source, struct packing *packing, int table)
{
    MDB_cursor *cursor AUTO(cursor_done) = NULL;
    MDB_val key, value;
    int code;

    TRY(store_err(mdb_cursor_open(from, source, &cursor)));
    while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == MDB_SUCCESS)
        TRY(packing_add(packing, table, &key, &value));
    return code == MDB_NOTFOUND ? OK : store_err(code);
}

/* Row by row: LMDB's own compacting copy leaves out free pages only, and pages that are filled in
 * the order of random keys are two thirds full. */
static enum err pack(struct store *store, MDB_env *to)
{
    struct packing packing AUTO(packing_done) = { .env = to };
    MDB_txn *from AUTO(txn_done) = NULL;

    TRY(store_err(mdb_txn_begin(store->env, NULL, MDB_RDONLY, &from)));
    TRY(packing_begin(&packing));
    TRY(env_tables(packing.txn, MDB_CREATE, packing.tables));
    for (int i = 0; i < STORE_TABLES; i++)
        TRY(pack_table(from, store->tables[i], &packing, i));
    return packing_commit(&packing);
}

static enum err count_rows(MDB_env *env, uint64_t ret_rows[STORE_TABLES])
{
    MDB_txn *txn AUTO(txn_done) = NULL;
    MDB_dbi tables[STORE_TABLES];

    TRY(store_err(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn)));
    TRY(env_tables(txn, 0, tables));
    for (int i = 0; i < STORE_TABLES; i++) {
        MDB_stat stat;

        TRY(store_err(mdb_stat(txn, tables[i], &stat)));
        ret_rows[i] = stat.ms_entries;
    }
    return OK;
}

/* The copy must have as many rows in each table, since it takes the place of what it is made of. */
static enum err copy_to(struct store *store, const char *beside)
{
    MDB_env *copy AUTO(env_done) = NULL;
    uint64_t rows[STORE_TABLES], rows_copy[STORE_TABLES];

    TRY(env_open(beside, store->size_max, MDB_NOLOCK | MDB_NOSYNC, &copy));
    TRY(pack(store, copy));
    TRY(count_rows(store->env, rows));
    TRY(count_rows(copy, rows_copy));
    return memcmp(rows, rows_copy, sizeof(rows)) == 0 ? OK : ERR_CORRUPT;
}

/* It was written without a sync. */
static enum err sync_copy(const char *beside)
{
    int fd AUTO(fd_close) = open(beside, O_RDWR | O_CLOEXEC);

    if (fd < 0 || fchmod(fd, 0600) != 0 || fsync(fd) != 0)
        return file_err(errno);
    return OK;
}

static enum err replace_with(const char *folder, const char *beside, const char *path)
{
    TRY(sync_copy(beside));
    if (rename(beside, path) != 0)
        return file_err(errno);
    return folder_sync(folder);
}

enum err store_compact(const char *folder, uint64_t size_max, struct why *why)
{
    struct store *store AUTO(store_close) = NULL;
    char path[PATH_SIZE], beside[PATH_SIZE];
    enum err err;

    TRY(path_join(folder, "vault.mdb", path, sizeof(path)));
    TRY(path_join(folder, "vault.mdb.new", beside, sizeof(beside)));
    TRY(store_open(folder, size_max, &store, why));
    (void)unlink(beside);
    err = copy_to(store, beside);
    if (err == OK)
        err = replace_with(folder, beside, path);
    if (err == OK)
        return OK;
    (void)unlink(beside);
    return why_say(why, err, "%s cannot be compacted: %s", path, err_text(err));
}
