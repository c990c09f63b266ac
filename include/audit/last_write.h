/*
 * What the log says of each record: which entry wrote it last, and with which hash.
 *
 * Filled while the log is verified, then asked for every record in the vault: one that was rolled
 * back, forged, swapped or brought back from its end does not have the hash of its last entry, and
 * one that was taken away was never asked for.
 */
#ifndef PANGATE_AUDIT_LAST_WRITE_H
#define PANGATE_AUDIT_LAST_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/entry.h"
#include "base/err.h"

struct last_writes;

struct last_write {
    uint64_t number; /* the entry that wrote the record, used it up or ended it */
};

/* Of a log of which nothing was read yet. ERR_MEMORY, ERR_CRYPTO. */
enum err last_writes_new(struct last_writes **ret_writes);
void last_writes_free(struct last_writes *writes); /* accepts NULL */

/* Learn from an entry: the take() of a struct audit_sink. About 80 bytes a token; ERR_MEMORY. */
enum err last_writes_take(void *with, uint64_t number, const struct audit_entry *entry);

/* A record that the vault holds; `is_used`: among those that were used up. */
struct held_record {
    const char *tenant, *token;
    uint8_t sha256[32];
    bool is_used;
};

/*
 * Is this what the log says of a record? ERR_NOT_FOUND: no entry ever wrote it. ERR_ROLLED_BACK: it
 * has ended, or was used up. ERR_FORGED: the last entry wrote other bytes. *ret_write is set but
 * for ERR_NOT_FOUND.
 */
enum err last_writes_check(struct last_writes *writes, const struct held_record *record,
                           struct last_write *ret_write);

/*
 * After every record was checked: the first write whose record is not there, though nothing ended
 * it. False if there is none. Of a single-use token it is not known whether a forward that failed
 * gave it back in time; then it may be there or not.
 */
bool last_writes_gone(const struct last_writes *writes, struct last_write *ret_write);

#endif
