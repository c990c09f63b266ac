#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/must.h"
#include "store/engine.h"
#include "store/layout.h"

#define TABLE_NAME(name, text) text,
static const char *const table_names[STORE_TABLES] = { STORE_TABLE_LIST(TABLE_NAME) };

/* The mark of our own files, in the table meta: a version behind it, 4 bytes. */
static const uint8_t mark[] = { 'p', 'g', 'v', 'a', 'u', 'l', 't', 0, 0, 0, 1 };

static MDB_val mark_key(void)
{
    static const char key[] = "format";

    return (MDB_val){ sizeof(key) - 1, (void *)(uintptr_t)key };
}

enum {
    MARK_NAME_SIZE = 7,
    CREATE_SIZE = 1024 * 1024,
    PROBE_SIZE = 1024 * 1024, /* more than LMDB writes at once */
    READERS_OWN = 2,          /* slots beyond STORE_READERS_MAX: statistics, and one to spare */
};

enum err store_err(int code)
{
    switch (code) {
    case MDB_SUCCESS: return OK;
    case MDB_NOTFOUND: return ERR_NOT_FOUND;
    case MDB_KEYEXIST: return ERR_EXISTS;
    case MDB_MAP_FULL: return ERR_VAULT_FULL;
    case MDB_PAGE_NOTFOUND:
    case MDB_CORRUPTED:
    case MDB_INVALID: return ERR_CORRUPT;
    case MDB_VERSION_MISMATCH: return ERR_NEWER;
    case MDB_READERS_FULL:
    case MDB_DBS_FULL:
    case MDB_TXN_FULL:
    case MDB_CURSOR_FULL:
    case MDB_PAGE_FULL:
    case MDB_BAD_VALSIZE: return ERR_LIMIT;
    case MDB_PANIC: return ERR_IO;
    default: return code > 0 ? file_err(code) : ERR_INTERNAL;
    }
}

/* LMDB panics if it could not write its meta page; only a new transaction says so. */
static bool env_is_alive(MDB_env *env)
{
    MDB_txn *txn;

    if (mdb_txn_begin(env, NULL, 0, &txn) != MDB_SUCCESS)
        return false;
    mdb_txn_abort(txn);
    return true;
}

/* A write that ended short is EIO to LMDB, though the disk is merely full. */
static bool disk_is_full(int fd)
{
    off_t end = lseek(fd, 0, SEEK_END);

    return end >= 0 && fallocate(fd, FALLOC_FL_KEEP_SIZE, end, PROBE_SIZE) != 0 &&
           (errno == ENOSPC || errno == EDQUOT);
}

/* The full disk was met by a write, before anything was synced: no sync ever failed. */
static bool is_only_full(struct store *store, int code)
{
    return env_is_alive(store->env) && fdatasync(store->probe_fd) == 0 &&
           (code != EIO || disk_is_full(store->probe_fd));
}

enum err store_judge(struct store *store, int code)
{
    enum err err = store_err(code);

    if (err == OK || err == ERR_VAULT_FULL || err == ERR_MEMORY || err == ERR_LIMIT)
        return err;
    if ((err == ERR_NO_SPACE || code == EIO) && is_only_full(store, code))
        return ERR_NO_SPACE;
    atomic_store(&store->failed, true);
    return err == ERR_NO_SPACE ? ERR_IO : err;
}

bool store_is_failed(const struct store *store)
{
    return atomic_load(&store->failed);
}

void txn_done(MDB_txn **txn)
{
    if (*txn != NULL)
        mdb_txn_abort(*txn);
    *txn = NULL;
}

void cursor_done(MDB_cursor **cursor)
{
    if (*cursor != NULL)
        mdb_cursor_close(*cursor);
    *cursor = NULL;
}

void env_done(MDB_env **env)
{
    if (*env != NULL)
        mdb_env_close(*env);
    *env = NULL;
}

enum err env_open(const char *path, uint64_t size_max, unsigned flags, MDB_env **ret_env)
{
    MDB_env *env AUTO(env_done) = NULL;

    TRY(store_err(mdb_env_create(&env)));
    TRY(store_err(mdb_env_set_maxdbs(env, STORE_TABLES)));
    TRY(store_err(mdb_env_set_maxreaders(env, STORE_READERS_MAX + READERS_OWN)));
    TRY(store_err(mdb_env_set_mapsize(env, size_max)));
    TRY(store_err(mdb_env_open(env, path, MDB_NOSUBDIR | flags, 0600)));
    *ret_env = env;
    env = NULL;
    return OK;
}

enum err env_tables(MDB_txn *txn, unsigned flags, MDB_dbi *ret_tables)
{
    for (int i = 0; i < STORE_TABLES; i++)
        TRY(store_err(mdb_dbi_open(txn, table_names[i], flags, &ret_tables[i])));
    return OK;
}

enum err folder_hold(const char *folder, int *ret_fd, struct why *why)
{
    char path[PATH_SIZE];
    enum err err;

    TRY(path_join(folder, "lock", path, sizeof(path)));
    err = file_lock(path, ret_fd);
    if (err == ERR_IN_USE)
        return why_say(why, err, "another process uses the vault %s", folder);
    return err == OK ? OK : why_say(why, err, "%s cannot be locked: %m", path);
}

/* Without LMDB's lock file: nobody else knows the name. */
static enum err make_marked(const char *path)
{
    MDB_env *env AUTO(env_done) = NULL;
    MDB_txn *txn AUTO(txn_done) = NULL;
    MDB_dbi tables[STORE_TABLES];
    MDB_val key = mark_key(), value = { sizeof(mark), (void *)(uintptr_t)mark };
    MDB_txn *complete;

    TRY(env_open(path, CREATE_SIZE, MDB_NOLOCK, &env));
    TRY(store_err(mdb_txn_begin(env, NULL, 0, &txn)));
    TRY(env_tables(txn, MDB_CREATE, tables));
    TRY(store_err(mdb_put(txn, tables[STORE_META], &key, &value, 0)));
    complete = txn;
    txn = NULL;
    return store_err(mdb_txn_commit(complete));
}

enum err store_create(const char *folder, struct why *why)
{
    char path[PATH_SIZE], beside[PATH_SIZE];
    int lock_fd AUTO(fd_close) = -1;
    enum err err;

    TRY(path_join(folder, "vault.mdb", path, sizeof(path)));
    TRY(path_join(folder, "vault.mdb.new", beside, sizeof(beside)));
    TRY(folder_hold(folder, &lock_fd, why));
    if (access(path, F_OK) == 0)
        return why_say(why, ERR_EXISTS, "there is a vault already: %s", path);
    (void)unlink(beside);
    err = make_marked(beside);
    if (err == OK && rename(beside, path) != 0)
        err = file_err(errno);
    if (err == OK)
        err = folder_sync(folder);
    return err == OK ? OK : why_say(why, err, "%s cannot be made: %s", path, err_text(err));
}

static enum err layout_check(const char *path, struct store *store, struct layout *ret_layout,
                             struct why *why)
{
    enum err err;

    store->probe_fd = open(path, O_RDWR | O_CLOEXEC);
    if (store->probe_fd < 0)
        return why_say(why, file_err(errno), "%s cannot be opened: %m", path);
    err = layout_read(store->probe_fd, ret_layout);
    if (err == ERR_CORRUPT)
        return why_say(why, err, "%s is not a vault, or it is damaged", path);
    if (err == ERR_NEWER)
        return why_say(why, err, "%s has a newer format of LMDB", path);
    if (err != OK)
        return why_say(why, err, "%s cannot be read: %m", path);
    if (ret_layout->page_count * ret_layout->page_size > store->size_max)
        return why_say(why, ERR_LIMIT, "%s is larger than vault_size_max", path);
    return OK;
}

/*
 * Pages at the end of the file may be missing: a transaction took them and gave them back, so
 * they were never written and stand in the free list. Any others were cut off. Zeros stand in
 * while the list is read, since LMDB can read those.
 */
static enum err tail_check(struct store *store, const struct layout *layout)
{
    MDB_txn *txn AUTO(txn_done) = NULL;
    off_t size = (off_t)(layout->file_pages * layout->page_size);
    uint64_t missing_free = 0;
    enum err err;

    if (layout->file_pages >= layout->page_count)
        return OK;
    if (ftruncate(store->probe_fd, (off_t)(layout->page_count * layout->page_size)) != 0)
        return file_err(errno);
    TRY(store_err(mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn)));
    err = env_free_pages(txn, layout->file_pages, &missing_free);
    if (err == OK && missing_free == layout->page_count - layout->file_pages)
        return OK;
    if (ftruncate(store->probe_fd, size) != 0 && err == OK)
        err = file_err(errno); /* the file is as damaged as before, with zeros at its end */
    return err == OK ? ERR_CORRUPT : err;
}

static enum err mark_check(MDB_txn *txn, MDB_dbi meta)
{
    MDB_val key = mark_key(), value;
    struct bytes got;
    enum err err = store_err(mdb_get(txn, meta, &key, &value));

    if (err != OK)
        return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
    got = bytes_of(value.mv_data, value.mv_size);
    if (bytes_equal(got, bytes_of(mark, sizeof(mark))))
        return OK;
    return bytes_start_with(got, bytes_of(mark, MARK_NAME_SIZE)) ? ERR_NEWER : ERR_CORRUPT;
}

static enum err tables_check(struct store *store)
{
    MDB_txn *txn AUTO(txn_done) = NULL;
    MDB_txn *complete;
    enum err err;

    TRY(store_err(mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn)));
    err = env_tables(txn, 0, store->tables);
    if (err != OK)
        return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
    TRY(mark_check(txn, store->tables[STORE_META]));
    complete = txn;
    txn = NULL;
    return store_err(mdb_txn_commit(complete)); /* which keeps the tables open */
}

static enum err open_env(const char *path, struct store *store, const struct layout *layout,
                         struct why *why)
{
    enum err err = env_open(path, store->size_max, MDB_NOTLS, &store->env);

    if (err == ERR_MEMORY)
        return why_say(why, ERR_LIMIT, "there is no address space for vault_size_max");
    if (err == OK)
        err = tail_check(store, layout);
    if (err == OK)
        err = tables_check(store);
    if (err == ERR_NEWER)
        return why_say(why, err, "%s was made by a newer version of pangate", path);
    if (err == ERR_CORRUPT)
        return why_say(why, err, "%s is not a vault, or it is damaged", path);
    return err == OK ? OK : why_say(why, err, "%s cannot be opened: %s", path, err_text(err));
}

static struct store *store_new(uint64_t size_max)
{
    struct store *store = calloc(1, sizeof(*store));

    if (store == NULL)
        return NULL;
    must(pthread_mutex_init(&store->mutex, NULL) == 0);
    store->lock_fd = store->probe_fd = -1;
    store->size_max = size_max;
    return store;
}

enum err store_open(const char *folder, uint64_t size_max, struct store **ret_store,
                    struct why *why)
{
    struct store *store AUTO(store_close) = store_new(size_max);
    struct layout layout;
    char path[PATH_SIZE];

    if (store == NULL)
        return ERR_MEMORY;
    TRY(path_join(folder, "vault.mdb", path, sizeof(path)));
    TRY(folder_hold(folder, &store->lock_fd, why));
    TRY(layout_check(path, store, &layout, why));
    TRY(open_env(path, store, &layout, why));
    *ret_store = store;
    store = NULL;
    return OK;
}

enum err store_peek(const char *folder, uint64_t size_max, struct store **ret_store,
                    struct why *why)
{
    struct store *store AUTO(store_close) = store_new(size_max);
    struct layout layout;
    char path[PATH_SIZE];
    enum err err;

    if (store == NULL)
        return ERR_MEMORY;
    TRY(path_join(folder, "vault.mdb", path, sizeof(path)));
    TRY(layout_check(path, store, &layout, why));
    err = env_open(path, size_max, MDB_NOTLS | MDB_RDONLY, &store->env);
    if (err == OK)
        err = tables_check(store);
    if (err != OK)
        return why_say(why, err, "%s cannot be read: %s", path, err_text(err));
    *ret_store = store;
    store = NULL;
    return OK;
}

void store_close(struct store **store)
{
    struct store *closing = *store;

    *store = NULL;
    if (closing == NULL)
        return;
    txn_done(&closing->stats_txn);
    env_done(&closing->env);
    fd_close(&closing->probe_fd);
    fd_close(&closing->lock_fd);
    (void)pthread_mutex_destroy(&closing->mutex);
    free(closing);
}
