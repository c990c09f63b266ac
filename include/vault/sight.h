/*
 * What one thread sees of the vault's rows: the overlay first and, after a miss there, an LMDB
 * snapshot renewed after that miss; anew for each key. Never a snapshot from before the miss: the
 * applier could have carried the row from the overlay into LMDB in between.
 */
#ifndef PANGATE_VAULT_SIGHT_H
#define PANGATE_VAULT_SIGHT_H

#include "base/buf.h"
#include "store/store.h"
#include "vault/overlay.h"

struct sight {
    struct overlay *overlay;
    bool pending; /* the committer sees its own batch, too */
    struct store_txn *snapshot;
};

/* ERR_MEMORY, ERR_LIMIT (no snapshot left). */
enum err sight_init(struct sight *sight, struct overlay *overlay, struct store *store);
void sight_done(struct sight *sight);

/* Replace what is in the buffer by a row's value. ERR_NOT_FOUND; ERR_JOURNAL: the store gives
 * nothing out until a restart. */
enum err sight_get(struct sight *sight, enum store_table table, struct bytes key,
                   struct buf *ret_value);

#endif
