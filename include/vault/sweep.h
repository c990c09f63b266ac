/*
 * Clearing away what has ended: cards that expired long enough ago, each as an entry of its own,
 * and rows that were kept for replays, which need no entry, since nobody can tell them from gone.
 */
#ifndef PANGATE_VAULT_SWEEP_H
#define PANGATE_VAULT_SWEEP_H

#include "keys/keyring.h"
#include "vault/ledger.h"

enum { SWEEP_ROWS = 100, SWEEP_ENTRY_BYTES = 2048 /* at most, of each */ };

/* Keys of the table `expiry`: what is due to go, the oldest first. */
struct sweep_due {
    size_t count;
    struct row_key keys[SWEEP_ROWS];
};

/* The cards that expired long enough ago, as LMDB knows them. */
enum err sweep_find_cards(struct ledger *ledger, struct sweep_due *ret_due);

/* Expire them, as far as they have not been swept since. */
enum err sweep_cards(struct ledger *ledger, const struct sweep_due *due,
                     const struct keyring *keyring);

/* When, and up to which time, a transaction of the applier may clear. */
struct sweep_limit {
    int64_t now_ms; /* of the last entry that it applied */
    int64_t sweep_after_ms;
};

/* Delete rows of `idempotency` and `used` that were kept long enough. Errors stick in the txn. */
void sweep_kept(struct store_txn *txn, const struct sweep_limit *limit);

#endif
