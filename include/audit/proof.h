/*
 * Proofs that an entry is in the log, checked without the log (c2sp.org/tlog-proof).
 */
#ifndef PANGATE_AUDIT_PROOF_H
#define PANGATE_AUDIT_PROOF_H

#include <stdint.h>

#include "audit/checkpoint.h"
#include "audit/note.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "crypto/merkle.h"

struct audit_proof {
    uint64_t index;
    struct bytes extra; /* base64 text of data that the proof does not cover; usually none */
    struct merkle_proof path;
    struct bytes note; /* the checkpoint */
};

/* Append the text. ERR_LIMIT. */
enum err audit_proof_write(const struct audit_proof *proof, struct buf *text);

/* Lent from the text. ERR_CORRUPT. The checkpoint is not looked into. */
enum err audit_proof_read(struct bytes text, struct audit_proof *ret_proof);

/* Append the proof of entry `index` in the tree of the checkpoint: `pangate audit prove`.
 * ERR_NOT_FOUND if the checkpoint does not reach it. */
enum err audit_prove(const struct merkle_source *source, uint64_t index,
                     const struct audit_checkpoint *checkpoint, struct buf *text);

/* ERR_CORRUPT; ERR_FORGED if the text does not prove that the leaf is the log's entry
 * *ret_index. */
enum err audit_proof_verify(struct bytes text, const struct note_verifier *verifier,
                            struct bytes leaf, uint64_t *ret_index);

#endif
