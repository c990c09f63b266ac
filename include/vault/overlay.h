/*
 * What is decided but not yet in LMDB: the newest item of each key.
 *
 * Two halves. `pending` is the committer's own and holds the batch at hand while it decides.
 * `published` holds the batches that are on disk; everybody reads it. The items belong to their
 * batches, which must stay until overlay_remove() let go of them.
 */
#ifndef PANGATE_VAULT_OVERLAY_H
#define PANGATE_VAULT_OVERLAY_H

#include "base/buf.h"
#include "vault/batch.h"

enum {
    OVERLAY_ENTRIES_MAX = 65536,
    OVERLAY_BYTES_MAX = 256 * 1024 * 1024,
    OVERLAY_CHANGES_MAX = 8 * OVERLAY_ENTRIES_MAX, /* an entry changes six keys or so */
};

struct overlay;

enum err overlay_new(struct overlay **ret_overlay); /* ERR_MEMORY */
void overlay_free(struct overlay *overlay);

enum overlay_found {
    OVERLAY_MISS,    /* it says nothing of the key: LMDB does */
    OVERLAY_VALUE,   /* the value was appended */
    OVERLAY_DELETED, /* there is no such row, whatever LMDB says */
};

/* The published half. Any thread. ERR_LIMIT sticks in the buffer. */
enum overlay_found overlay_find(struct overlay *overlay, enum store_table table, struct bytes key,
                                struct buf *value);

/* The pending half, the committer's: an entry's items go in, come out (only the newest entry), are
 * found. */
void overlay_pend(struct overlay *overlay, struct batch_entry *entry);
void overlay_unpend(struct overlay *overlay, struct batch_entry *entry);
enum overlay_found overlay_find_pending(struct overlay *overlay, enum store_table table,
                                        struct bytes key, struct buf *value);

/* The batch is on disk: from the pending half, if it stood there, to the published one, at once. */
void overlay_publish(struct overlay *overlay, struct batch *batch);

/* The batch is in LMDB. Items that newer ones have replaced are gone already. */
void overlay_remove(struct overlay *overlay, struct batch *batch);

/* Items that readers can find. Any thread. */
size_t overlay_count(struct overlay *overlay);

#endif
