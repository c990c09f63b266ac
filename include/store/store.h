/*
 * The store: LMDB in its default, durable mode, as typed tables under one transaction.
 *
 * One thread writes; any number read, each through a snapshot of its own. A commit is on disk when
 * it returns. After a sync that failed nobody knows what the disk holds, so the store then writes
 * nothing more until it is opened again (store_is_failed); a full disk or map is no such failure,
 * and a new transaction may try again. Keys and values are public or sealed; nothing is wiped.
 */
#ifndef PANGATE_STORE_STORE_H
#define PANGATE_STORE_STORE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/why.h"

/* name, its name in the file (never changes); the numbers stand in journal entries: new tables go
 * to the end */
#define STORE_TABLE_LIST(X)                                                                        \
    X(STORE_TOKENS, "tokens")                                                                      \
    X(STORE_USED, "used")                                                                          \
    X(STORE_OPEN, "open")                                                                          \
    X(STORE_TOMBSTONES, "tombstones")                                                              \
    X(STORE_INDEX, "index")                                                                        \
    X(STORE_IDEMPOTENCY, "idempotency")                                                            \
    X(STORE_EXPIRY, "expiry")                                                                      \
    X(STORE_CUSTOMERS, "customers")                                                                \
    X(STORE_META, "meta")

#define STORE_TABLE_ENUM(name, text) name,
enum store_table { STORE_TABLE_LIST(STORE_TABLE_ENUM) STORE_TABLES };

enum {
    STORE_KEY_MAX = 511,
    STORE_READERS_MAX = 256, /* snapshots at once; each worker and maintenance job holds one */
};

struct store;

/* Make `vault.mdb` in a folder that is there, empty but for its mark. ERR_EXISTS. */
enum err store_create(const char *folder, struct why *why);

/* Lock the folder (its file `lock`) and open `vault.mdb` with a map of size_max bytes, which
 * cannot grow later. ERR_IN_USE, ERR_NOT_FOUND, ERR_CORRUPT (foreign, cut short or damaged),
 * ERR_NEWER, ERR_LIMIT (the file is larger than size_max, or there is no such address space). */
enum err store_open(const char *folder, uint64_t size_max, struct store **ret_store,
                    struct why *why);

/* Open it to read only, while another process may serve it: snapshots and nothing else. */
enum err store_peek(const char *folder, uint64_t size_max, struct store **ret_store,
                    struct why *why);

/* All transactions must be over. Accepts NULL in *store. */
void store_close(struct store **store);

/* A transaction that writes, or a snapshot that only reads. Used by one thread at a time. What is
 * read from it is lent: until the next write, or until the transaction or snapshot ends. */
struct store_txn;

/* Waits for the other writer, should there be one. ERR_IO if the store failed. */
enum err store_begin(struct store *store, struct store_txn **ret_txn);

/* Errors of the writes stick and come out of the commit: write everything, check once. Deleting
 * what is not there is fine. An empty key or one beyond STORE_KEY_MAX is ERR_LIMIT. */
void store_put(struct store_txn *txn, enum store_table table, struct bytes key, struct bytes value);
void store_del(struct store_txn *txn, enum store_table table, struct bytes key);

/* Commit and end the transaction; *txn is then NULL. Whatever the error, nothing of it will be
 * seen by a reader of this process. ERR_NO_SPACE, ERR_VAULT_FULL, ERR_MEMORY, ERR_LIMIT: nothing
 * happened, a new transaction may try again. ERR_IO and the rest: final; the transaction may or
 * may not be there when the store is opened again. */
enum err store_commit(struct store_txn **txn);

/* End a transaction without a trace, or give up a snapshot. Accepts NULL in *txn; for AUTO(). */
void store_abort(struct store_txn **txn);

/* A snapshot of the last commit, in one of STORE_READERS_MAX slots (ERR_LIMIT). Keep it: renewing
 * costs a microsecond, and a snapshot that is not reset holds back the space of what is deleted. */
enum err store_snapshot(struct store *store, struct store_txn **ret_txn);
enum err store_renew(struct store_txn *snapshot); /* to the last commit, reset or not */
void store_reset(struct store_txn *snapshot);     /* hold nothing back until renewed */

/* ERR_NOT_FOUND if there is no such key. In a transaction any other error sticks, too. */
enum err store_get(struct store_txn *txn, enum store_table table, struct bytes key,
                   struct bytes *ret_value);

/* Walk a table upwards:
 *     struct store_scan scan AUTO(store_scan_end) = { 0 };
 *     TRY(store_scan_begin(txn, table, &(struct store_range){ .prefix = tenant }, &scan));
 *     while (store_scan_next(&scan)) use(scan.key, scan.value);
 *     TRY(scan.err);
 * The table must not be written meanwhile. */
struct store_range {
    struct bytes from;   /* first key not below it; empty: the first there is */
    struct bytes prefix; /* ends before the first key without it; empty: none. Starts there, too,
                            if `from` is below it */
    size_t count_max;    /* rows at most; 0: no bound */
};

struct store_scan {
    struct bytes key, value; /* lent until the next step */
    enum err err;            /* why it ended, if not at its end */
    struct bytes prefix;
    size_t left;
    bool begun;
    void *cursor;
};

enum err store_scan_begin(struct store_txn *txn, enum store_table table,
                          const struct store_range *range, struct store_scan *ret_scan);
bool store_scan_next(struct store_scan *scan);
void store_scan_end(struct store_scan *scan);

/* A sync failed: final until the store is opened again. Any thread. */
bool store_is_failed(const struct store *store);

/* Free the reader slots of dead processes; at start and each minute. */
enum err store_reader_check(struct store *store, unsigned *ret_dead);

struct store_stats {
    uint64_t map_bytes;       /* size_max */
    uint64_t used_bytes;      /* pages that hold something: without the free ones */
    uint64_t free_bytes;      /* pages on the free list */
    uint64_t file_bytes;      /* both of them: the file never shrinks but by compaction */
    uint64_t disk_free_bytes; /* left to us on the file system */
    unsigned readers, readers_max;
    uint64_t entries[STORE_TABLES];
};

/* Walks the free list: for once a second, not for each request. Any thread. */
enum err store_stats(struct store *store, struct store_stats *ret_stats);

/* Read the file's first `size_max` bytes into the page cache, piece by piece, until *stop. Runs
 * beside everything else, in a thread of the caller's. */
enum err store_prefault(struct store *store, uint64_t size_max, const atomic_bool *stop);

/* Rewrite `vault.mdb` with full pages and none that is free: beside it, synced, renamed. Not while
 * it is open. */
enum err store_compact(const char *folder, uint64_t size_max, struct why *why);

#endif
