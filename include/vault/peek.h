/*
 * What a vault knows of its log, for those who check the log against it: nothing is changed here.
 *
 * Of a vault that nobody serves the journal's entries behind LMDB's number are known, too, and it
 * is locked meanwhile. One that is served is seen through a snapshot.
 */
#ifndef PANGATE_VAULT_PEEK_H
#define PANGATE_VAULT_PEEK_H

#include "audit/last_write.h"
#include "audit/verify.h"
#include "vault/vault.h"

struct vault_peek;

enum err vault_peek_open(const struct vault_options *options, bool is_served,
                         struct vault_peek **ret_peek, struct why *why);
void vault_peek_free(struct vault_peek *peek); /* accepts NULL */

/* The tree's right edge as of the last transaction. */
const struct merkle_edge *vault_peek_edge(const struct vault_peek *peek);

/* What the journal holds beyond it; NULL of a vault that is served. */
const struct audit_tail *vault_peek_tail(const struct vault_peek *peek);

struct peek_records {
    struct last_writes *writes; /* of the entries below the edge ... */
    uint64_t entries_from;      /* ... from this one on: those before were deleted in their time */

    uint64_t right;    /* records that are what was written last */
    uint64_t unproved; /* records that were made by an entry that is no longer there */
};

/*
 * Is every record what was written last, and is it there? ERR_FORGED, ERR_ROLLED_BACK,
 * ERR_NOT_FOUND, ERR_CORRUPT: `why` names the token and the entry. Of a record that is gone the log
 * is read for its name.
 */
enum err vault_peek_records(struct vault_peek *peek, struct audit_reader *log,
                            struct peek_records *records, struct why *why);

/* The records that are held on a customer, one take() each; the record is lent. */
struct held_sink {
    enum err (*take)(void *with, const struct record_place *place, struct bytes record);
    void *with;
};
enum err vault_peek_customer(struct vault_peek *peek, uint32_t tenant,
                             const uint8_t tag[AUDIT_TAG_SIZE], const struct held_sink *sink);

#endif
