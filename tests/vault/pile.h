/*
 * Batches made by hand, for tests below the ledger.
 */
#ifndef PANGATE_TESTS_VAULT_PILE_H
#define PANGATE_TESTS_VAULT_PILE_H

#include "test.h"
#include "vault/batch.h"
#include "vault/change.h"
#include "vault/overlay.h"

/* An entry that puts a value under a key, or deletes the key (NULL). */
static inline struct batch_entry *pile_add(struct batch *batch, const char *key, const char *value)
{
    uint8_t changes_storage[256], payload_storage[512];
    struct buf changes, payload;
    struct batch_entry *entry;

    buf_init_fixed(&changes, changes_storage, sizeof(changes_storage));
    buf_init_fixed(&payload, payload_storage, sizeof(payload_storage));
    change_write(&(struct change){ .kind = value == NULL ? CHANGE_DEL : CHANGE_PUT,
                                   .table = STORE_TOKENS,
                                   .key = bytes_str(key),
                                   .value = bytes_str(value == NULL ? "" : value) },
                 &changes);
    change_payload(bytes_lit("leaf"), buf_bytes(&changes), &payload);
    assert_err(OK, batch_add(batch, buf_bytes(&payload), &entry));
    return entry;
}

static inline struct batch *pile_new(uint64_t first)
{
    struct batch *batch;

    assert_err(OK, batch_new(first, &batch));
    return batch;
}

#endif
