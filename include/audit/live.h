/*
 * The tree of everything that is durable, ahead of the files: for checkpoints and receipts.
 *
 * The committer adds a leaf when its batch is synced, the applier says what the files hold since,
 * anybody asks for heads and proofs. All of it may be called by any thread.
 */
#ifndef PANGATE_AUDIT_LIVE_H
#define PANGATE_AUDIT_LIVE_H

#include <stdint.h>

#include "audit/checkpoint.h"
#include "audit/log_reader.h"
#include "audit/note.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/merkle.h"

struct audit_live;

/* Begin at what the files hold: the vault's edge. ERR_MEMORY, ERR_CRYPTO. */
enum err audit_live_new(const struct merkle_edge *applied, struct audit_live **ret_live);
void audit_live_free(struct audit_live *live); /* accepts NULL */

/* One more entry is durable. At most AUDIT_UNAPPLIED_MAX may be ahead of the files: a must(). */
void audit_live_append(struct audit_live *live, struct bytes leaf);

/* Entries below `number` are in the files, for good. */
void audit_live_applied(struct audit_live *live, uint64_t number);

/* The tree of all that is durable. */
void audit_live_head(struct audit_live *live, struct merkle_head *ret_head);

/* Sign the head. What the signer says. */
enum err audit_live_checkpoint(struct audit_live *live, const struct note_signer *signer,
                               struct audit_checkpoint *ret_checkpoint);

/* What a proof is made from: the files, and a copy of what is ahead of them. */
struct audit_snapshot {
    struct audit_reader *reader;
    uint64_t base; /* entries from here on are in `leaves` */
    uint64_t count;
    struct merkle_hash *leaves;
};

/* Copy what is ahead of the files, to be used with the caller's own reader. ERR_MEMORY. */
enum err audit_live_snapshot(struct audit_live *live, struct audit_reader *reader,
                             struct audit_snapshot *ret_snapshot);
void audit_snapshot_done(struct audit_snapshot *snapshot); /* for AUTO() */

/* For audit_prove(): `GET /v1/receipts/{n}`. */
struct merkle_source audit_snapshot_source(struct audit_snapshot *snapshot);

#endif
