#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/must.h"
#include "store/engine.h"

enum {
    FREE_TABLE = 0, /* LMDB's own: transaction -> count of pages, then their numbers */
    PREFAULT_STEP = 256 * 1024,
};

static uint64_t count_from(const MDB_val *pages, uint64_t from)
{
    const size_t *list = pages->mv_data;
    size_t count = pages->mv_size >= sizeof(*list) ? list[0] : 0;
    uint64_t found = 0;

    if (from == 0)
        return count;
    for (size_t i = 1; i <= count && (i + 1) * sizeof(*list) <= pages->mv_size; i++)
        found += list[i] >= from;
    return found;
}

enum err env_free_pages(MDB_txn *txn, uint64_t from, uint64_t *ret_count)
{
    MDB_cursor *cursor AUTO(cursor_done) = NULL;
    MDB_val key, pages;
    uint64_t count = 0;
    int code;

    TRY(store_err(mdb_cursor_open(txn, FREE_TABLE, &cursor)));
    while ((code = mdb_cursor_get(cursor, &key, &pages, MDB_NEXT)) == MDB_SUCCESS)
        count += count_from(&pages, from);
    if (code != MDB_NOTFOUND)
        return store_err(code);
    *ret_count = count;
    return OK;
}

enum err store_reader_check(struct store *store, unsigned *ret_dead)
{
    int dead = 0;

    TRY(store_err(mdb_reader_check(store->env, &dead)));
    *ret_dead = (unsigned)dead;
    return OK;
}

static enum err stats_entries(struct store *store, MDB_txn *txn, struct store_stats *stats)
{
    for (int i = 0; i < STORE_TABLES; i++) {
        MDB_stat stat;

        TRY(store_err(mdb_stat(txn, store->tables[i], &stat)));
        stats->entries[i] = stat.ms_entries;
    }
    return OK;
}

static enum err stats_pages(struct store *store, MDB_txn *txn, struct store_stats *stats)
{
    struct statvfs disk;
    MDB_envinfo info;
    MDB_stat stat;
    uint64_t free_pages = 0;

    TRY(env_free_pages(txn, 0, &free_pages));
    TRY(store_err(mdb_env_stat(store->env, &stat)));
    TRY(store_err(mdb_env_info(store->env, &info)));
    if (fstatvfs(store->probe_fd, &disk) != 0)
        return file_err(errno);
    stats->map_bytes = info.me_mapsize;
    stats->file_bytes = (info.me_last_pgno + 1) * stat.ms_psize;
    stats->free_bytes = free_pages * stat.ms_psize;
    stats->used_bytes = stats->file_bytes - stats->free_bytes;
    stats->disk_free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    stats->readers = info.me_numreaders;
    stats->readers_max = info.me_maxreaders;
    return OK;
}

static enum err stats_take(struct store *store, struct store_stats *stats)
{
    int code = store->stats_txn == NULL
                   ? mdb_txn_begin(store->env, NULL, MDB_RDONLY, &store->stats_txn)
                   : mdb_txn_renew(store->stats_txn);
    enum err err;

    TRY(store_err(code));
    err = stats_pages(store, store->stats_txn, stats);
    if (err == OK)
        err = stats_entries(store, store->stats_txn, stats);
    mdb_txn_reset(store->stats_txn);
    return err;
}

enum err store_stats(struct store *store, struct store_stats *ret_stats)
{
    struct store_stats stats = { 0 };
    enum err err;

    must(pthread_mutex_lock(&store->mutex) == 0);
    err = stats_take(store, &stats);
    must(pthread_mutex_unlock(&store->mutex) == 0);
    if (err == OK)
        *ret_stats = stats;
    return err;
}

/* As long as the read took, so that half of the disk's time is left to those who wait for it. */
static void rest(int64_t since_ns)
{
    int64_t took_ns = clock_mono_ns() - since_ns;
    struct timespec pause = { took_ns / 1000000000, took_ns % 1000000000 };

    (void)nanosleep(&pause, NULL);
}

static void free_scratch(uint8_t **scratch)
{
    free(*scratch);
}

/* pread(2), not the map: a page that cannot be read is then an error and not a signal. */
enum err store_prefault(struct store *store, uint64_t size_max, const atomic_bool *stop)
{
    uint8_t *scratch AUTO(free_scratch) = malloc(PREFAULT_STEP);
    ssize_t got = 1;

    if (scratch == NULL)
        return ERR_MEMORY;
    for (uint64_t at = 0; at < size_max && got > 0 && !atomic_load(stop); at += (uint64_t)got) {
        int64_t begun_ns = clock_mono_ns();

        got = pread(store->probe_fd, scratch, PREFAULT_STEP, (off_t)at);
        if (got < 0)
            return file_err(errno);
        rest(begun_ns);
    }
    return OK;
}
