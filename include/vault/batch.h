/*
 * A journal batch in memory: the payloads of its entries, and an item for each key they change.
 *
 * It lives from the decision until LMDB holds it. Everything inside it stays where it is, so the
 * overlay's items may point into it.
 */
#ifndef PANGATE_VAULT_BATCH_H
#define PANGATE_VAULT_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/list.h"
#include "journal/journal.h"
#include "store/store.h"

/* A key as one entry leaves it. */
struct item {
    struct item *next; /* in its bucket of the overlay */
    uint64_t hash;
    uint64_t number; /* of the entry */
    const uint8_t *key, *value;
    uint32_t value_size;
    uint8_t key_size;
    uint8_t table;
    bool deleted;
    bool linked; /* readers can find it */
};

struct batch_entry {
    struct batch_entry *next, *prev;
    struct bytes payload;
    size_t item_count;
    struct item items[]; /* in the order of the changes */
};

struct batch_chunk;

struct batch {
    struct list node;     /* in the applier's queue */
    uint64_t first;       /* number of the first entry */
    size_t count;         /* of entries */
    size_t payload_bytes; /* of all of them */
    size_t item_count;    /* of all of them */
    int64_t time_ms;      /* of the last entry */
    struct journal_position end;
    struct batch_entry *entries, *last;
    struct batch_chunk *chunks;
};

enum err batch_new(uint64_t first, struct batch **ret_batch); /* ERR_MEMORY */
void batch_free(struct batch *batch);                         /* accepts NULL */

/* Copy a payload in as the next entry. ERR_MEMORY; ERR_CORRUPT, ERR_NEWER if it is none. */
enum err batch_add(struct batch *batch, struct bytes payload, struct batch_entry **ret_entry);

/* Take the last entry off again. */
void batch_drop_last(struct batch *batch);

/* Where a key belongs: the same for equal tables and keys, spread well. */
uint64_t item_hash(enum store_table table, struct bytes key);

#endif
