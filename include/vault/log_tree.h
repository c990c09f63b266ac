/*
 * The audit log's tree ahead of its files, and its signed checkpoints. For the vault layer alone.
 *
 * The committer adds what is on disk; the applier saves a checkpoint that covers the files before
 * it commits; the keeper signs one a second, and whoever wants one now may sign, too. A checkpoint
 * never goes beyond the last sync, and never back.
 */
#ifndef PANGATE_VAULT_LOG_TREE_H
#define PANGATE_VAULT_LOG_TREE_H

#include "audit/live.h"
#include "keys/keyring.h"
#include "vault/batch.h"

struct log_tree;

/* At what the vault holds: its edge. The folder's checkpoint is read and believed only if it is
 * the keyring's and not older. ERR_ROLLED_BACK, ERR_FORGED, ERR_CORRUPT, ERR_NOT_FOUND. */
struct log_tree_options {
    const char *folder; /* the log; lent */
    const struct keyring *keyring;
    const struct merkle_edge *edge;
};
enum err log_tree_open(const struct log_tree_options *options, struct log_tree **ret_tree,
                       struct why *why);
void log_tree_free(struct log_tree *tree); /* accepts NULL */

/* So far must the journal's entries reach: the size of the folder's checkpoint. */
uint64_t log_tree_least(const struct log_tree *tree);

/* A batch is on disk, or found there again. */
void log_tree_add(struct log_tree *tree, const struct batch *batch);

/* Once all that was on disk is added: it must be what the checkpoint signed. ERR_FORGED. */
enum err log_tree_agree(const struct log_tree *tree, struct why *why);

/* Entries below `number` are in files and vault, for good. */
void log_tree_applied(struct log_tree *tree, uint64_t number);

/* The newest checkpoint, signed now if there is more than the last one covers. Any thread. */
enum err log_tree_sign(struct log_tree *tree, struct audit_checkpoint *ret_checkpoint);

/* Sign what the files hold, and store it in their folder. One thread. */
enum err log_tree_save(struct log_tree *tree, const struct merkle_edge *files);

/* Append the proof of an entry, made with a reader of the caller's. ERR_NOT_FOUND beyond the
 * end. Any thread. */
enum err log_tree_prove(struct log_tree *tree, struct audit_reader *reader, uint64_t number,
                        struct buf *text);

/* The first checkpoint of a new log, in a folder that is there; `first` is entry 0. */
enum err log_tree_begin(const struct log_tree_options *options, struct bytes first);

/* The key that a vault's checkpoints are checked with. ERR_NOT_FOUND. */
enum err log_verifier(const struct keyring *keyring, struct note_verifier *ret_verifier);

#endif
