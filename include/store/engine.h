/*
 * What the files of this layer share: the environment, and LMDB's codes translated. Nobody else
 * includes it.
 */
#ifndef PANGATE_STORE_ENGINE_H
#define PANGATE_STORE_ENGINE_H

#include <lmdb.h>
#include <pthread.h>

#include "store/store.h"

struct store {
    MDB_env *env;
    MDB_dbi tables[STORE_TABLES];
    uint64_t size_max;
    int lock_fd;
    int probe_fd; /* our own on vault.mdb: the kernel tells it of every failed write-back */
    atomic_bool failed;
    pthread_mutex_t mutex; /* of the snapshot that statistics are taken from */
    MDB_txn *stats_txn;
};

/* The one place where LMDB's codes, and the errno values among them, become ours. */
enum err store_err(int code);

/* After a write or a commit that failed: nothing happened and it may be tried again, or the store
 * has failed for good. LMDB gives the same code for both, so this asks the kernel. */
enum err store_judge(struct store *store, int code);

/* For AUTO(). */
void env_done(MDB_env **env);
void txn_done(MDB_txn **txn);
void cursor_done(MDB_cursor **cursor);

enum err env_open(const char *path, uint64_t size_max, unsigned flags, MDB_env **ret_env);

/* Open (or, with MDB_CREATE, make) the tables. ERR_NOT_FOUND if one is missing. */
enum err env_tables(MDB_txn *txn, unsigned flags, MDB_dbi *ret_tables);

/* How many pages from number `from` on are on the free list. */
enum err env_free_pages(MDB_txn *txn, uint64_t from, uint64_t *ret_count);

/* The lock against a second process. */
enum err folder_hold(const char *folder, int *ret_fd, struct why *why);

#endif
