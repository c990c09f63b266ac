/*
 * The committer's book: what it sees, the batch it is writing, and the entry at hand.
 *
 * An entry is written in two steps: stage its changes, then enter it with its leaf. What is
 * entered is seen by the next look at once; a mark taken before lets a group of entries be taken
 * back. Nothing here does I/O but reading LMDB. One thread.
 */
#ifndef PANGATE_VAULT_LEDGER_H
#define PANGATE_VAULT_LEDGER_H

#include "audit/entry.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "vault/batch.h"
#include "vault/row.h"
#include "vault/sight.h"

enum { LEDGER_VALUE_MAX = 6 * 1024 * 1024, LEDGER_PAYLOAD_MAX = 7 * 1024 * 1024 };

struct ledger {
    struct sight sight;
    struct random *random;
    struct hash *hash;
    struct batch *batch; /* the open one; NULL between turns, but for a bound on the sync */
    uint64_t next;       /* number of the next entry */

    int64_t now_ms;         /* the time of the entries of this turn */
    int64_t sweep_after_ms; /* nothing is swept, and no idempotency key is void, before it */
    int64_t expired_keep_ms;
    bool full; /* what adds is refused */

    struct buf value;         /* for a row that may be large */
    struct buf changes;       /* staged for the entry at hand */
    struct buf leaf, payload; /* while it is entered */
};

/* ERR_MEMORY, ERR_LIMIT, ERR_CRYPTO. */
enum err ledger_init(struct ledger *ledger, struct overlay *overlay, struct store *store);
void ledger_done(struct ledger *ledger);

/* Open a batch for the entries of a turn. ERR_MEMORY. */
enum err ledger_open(struct ledger *ledger);

/* Hand the batch over; NULL if nothing was entered. */
struct batch *ledger_take(struct ledger *ledger);

/* A row as it will be after what is entered so far, in a buffer of the caller's. ERR_NOT_FOUND. */
enum err ledger_get(struct ledger *ledger, enum store_table table, const struct row_key *key,
                    struct buf *ret_value);

void ledger_put(struct ledger *ledger, enum store_table table, const struct row_key *key,
                struct bytes value);
void ledger_del(struct ledger *ledger, enum store_table table, const struct row_key *key);
void ledger_count(struct ledger *ledger, uint32_t tenant, int cards, int tombstones);

/* Forget what is staged. */
void ledger_drop(struct ledger *ledger);

/* Enter: the leaf gets time and salt; *ret_number is its receipt. ERR_LIMIT, ERR_MEMORY: nothing
 * was entered, and nothing is staged. */
enum err ledger_enter(struct ledger *ledger, struct audit_entry *entry, uint64_t *ret_number);

/* Entries so far; and back to that. */
size_t ledger_mark(const struct ledger *ledger);
void ledger_back(struct ledger *ledger, size_t mark);

/* True if what ends at `end_ms` (0: never) has ended; if what is kept until then may go. */
bool ledger_is_over(const struct ledger *ledger, int64_t end_ms);
bool ledger_may_go(const struct ledger *ledger, int64_t keep_until_ms);

#endif
