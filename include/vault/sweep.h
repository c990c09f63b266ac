/*
 * Clearing away what has ended: cards that expired long enough ago, each as an entry of its own,
 * and rows that were kept for replays, which need no entry, since nobody can tell them from gone.
 */
#ifndef PANGATE_VAULT_SWEEP_H
#define PANGATE_VAULT_SWEEP_H

#include "keys/keyring.h"
#include "vault/ledger.h"

enum { SWEEP_ROWS = 100 }; /* at once; each entry takes at most SWEEP_ENTRY_BYTES */
enum { SWEEP_ENTRY_BYTES = 2048 };

/* Expire the cards that are due, SWEEP_ROWS of them at most. */
enum err sweep_cards(struct ledger *ledger, const struct keyring *keyring);

/* When, and up to which time, a transaction of the applier may clear. */
struct sweep_limit {
    int64_t now_ms; /* of the last entry that it applied */
    int64_t sweep_after_ms;
};

/* Delete rows of `idempotency` and `used` that were kept long enough. Errors stick in the txn. */
void sweep_kept(struct store_txn *txn, const struct sweep_limit *limit);

#endif
