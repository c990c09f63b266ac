/*
 * Checkpoints: what the log was at one moment, signed (c2sp.org/tlog-checkpoint).
 *
 * Three lines, origin, number of entries and root of the tree, in a signed note whose key has the
 * name of the origin. The last one stands in the log's folder.
 */
#ifndef PANGATE_AUDIT_CHECKPOINT_H
#define PANGATE_AUDIT_CHECKPOINT_H

#include <stddef.h>

#include "audit/note.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/why.h"
#include "crypto/merkle.h"

enum { CHECKPOINT_NOTE_SIZE = 512 };

struct audit_checkpoint {
    struct merkle_head head;
    uint8_t note[CHECKPOINT_NOTE_SIZE]; /* as it is published */
    size_t note_size;
};

static inline struct bytes audit_checkpoint_note(const struct audit_checkpoint *checkpoint)
{
    return bytes_of(checkpoint->note, checkpoint->note_size);
}

/* The origin and key name of a vault's log: "pangate/" and the vault's id in hex. ERR_LIMIT. */
enum err audit_origin(struct bytes vault_id, char ret_name[NOTE_NAME_SIZE]);

/* ERR_LIMIT, or what the signer says. A head must never be signed that contradicts an earlier
 * one: the caller's promise. */
enum err audit_checkpoint_sign(const struct note_signer *signer, const struct merkle_head *head,
                               struct audit_checkpoint *ret_checkpoint);

/* The head in any checkpoint of the log, also one with extension lines and witnesses' signatures.
 * ERR_CORRUPT, ERR_FORGED. */
enum err audit_checkpoint_read(struct bytes note, const struct note_verifier *verifier,
                               struct merkle_head *ret_head);

/* The log's own last checkpoint: replaced atomically, durable on return. */
enum err audit_checkpoint_save(const char *folder, const struct audit_checkpoint *checkpoint);

/* As it was saved, byte for byte: what audit_checkpoint_sign() does not write is ERR_CORRUPT. Also
 * ERR_NOT_FOUND, ERR_FORGED, ERR_IO. */
enum err audit_checkpoint_load(const char *folder, const struct note_verifier *verifier,
                               struct audit_checkpoint *ret_checkpoint, struct why *why);

#endif
