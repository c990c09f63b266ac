/*
 * What the log says of each record: which entry wrote it last, and with which hash.
 *
 * Filled while the log is verified, then asked for every record in the vault: one that was rolled
 * back, forged, swapped or brought back from erasure does not have the hash of its last entry.
 */
#ifndef PANGATE_AUDIT_LAST_WRITE_H
#define PANGATE_AUDIT_LAST_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/entry.h"
#include "base/err.h"

struct last_writes;

struct last_write {
    uint64_t number; /* the entry that wrote the record, or ended it */
    bool ended;      /* erased or expired since */
};

enum err last_writes_new(struct last_writes **ret_writes); /* ERR_MEMORY, ERR_CRYPTO */
void last_writes_free(struct last_writes *writes);         /* accepts NULL */

/* Learn from an entry: the take() of a struct audit_sink. About 80 bytes a token; ERR_MEMORY. */
enum err last_writes_take(void *with, uint64_t number, const struct audit_entry *entry);

/*
 * Is this what the log says of a record that the vault holds? ERR_NOT_FOUND: no entry ever wrote
 * it. ERR_ROLLED_BACK: it has ended. ERR_FORGED: the last entry wrote other bytes. *ret_write is
 * set but for ERR_NOT_FOUND.
 */
enum err last_writes_check(struct last_writes *writes, const struct audit_entry *record,
                           struct last_write *ret_write);

#endif
