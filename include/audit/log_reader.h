/*
 * Reading the audit log's files, whoever writes them meanwhile.
 *
 * A reader stays below the number it was told by the writer (or by the vault): what stands behind
 * it may change. One thread at a time; any number of readers. Entry files that were archived are
 * looked for in the archive folder, too. Failures say a sentence that names the file.
 */
#ifndef PANGATE_AUDIT_LOG_READER_H
#define PANGATE_AUDIT_LOG_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/log_layout.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/why.h"
#include "crypto/merkle.h"

struct audit_reader;

struct audit_reader_options {
    const char *folder;  /* the log */
    const char *archive; /* where archived entry files are; NULL: nowhere */
    struct why *why;     /* lent, outlives the reader; may be NULL */
};

enum err audit_reader_new(const struct audit_reader_options *options,
                          struct audit_reader **ret_reader);
void audit_reader_free(struct audit_reader *reader);
void audit_reader_done(struct audit_reader **reader); /* for AUTO() */

/* The context for hashing of the reader's thread. */
struct hash *audit_reader_hasher(struct audit_reader *reader);

/* A tile as it stands in the files: up to 256 leaves and what their rows say. */
struct audit_tile {
    uint64_t first; /* number of the first leaf */
    uint32_t count;
    struct merkle_hash hashes[AUDIT_TILE_LEAVES];
    uint32_t ends[AUDIT_TILE_LEAVES]; /* of the leaves, in `leaves` */
    struct buf leaves;
    uint64_t begin; /* where the leaves stand in the entry file */
};

void audit_tile_init(struct audit_tile *tile);
void audit_tile_done(struct audit_tile *tile); /* for AUTO() */

struct bytes audit_tile_leaf(const struct audit_tile *tile, uint32_t i);

/* Whether leaf i is the one that its row names. */
bool audit_tile_is_sound(struct hash *hash, const struct audit_tile *tile, uint32_t i);

/* The rows of tile number `index`, its first `count` ones, without leaves. ERR_NOT_FOUND,
 * ERR_CORRUPT (the file is too short, or not what its name says), ERR_NEWER. If a row makes no
 * sense tile->count says how many did. */
enum err audit_reader_rows(struct audit_reader *reader, uint64_t index, uint32_t count,
                           struct audit_tile *tile);

/* The leaves of a tile whose rows were read. They are not hashed: audit_tile_is_sound(). */
enum err audit_reader_leaves(struct audit_reader *reader, struct audit_tile *tile);

/* Rows and leaves. */
enum err audit_reader_tile(struct audit_reader *reader, uint64_t index, uint32_t count,
                           struct audit_tile *tile);

/* Append one leaf, hashed and compared with its row. ERR_CORRUPT and the like. */
enum err audit_reader_leaf(struct audit_reader *reader, uint64_t number, struct buf *ret_leaf);

/* The hash of one leaf; the stored root of a full tile; the stored root of a full file. */
enum err audit_reader_leaf_hash(struct audit_reader *reader, uint64_t number,
                                struct merkle_hash *ret_hash);
enum err audit_reader_tile_root(struct audit_reader *reader, uint64_t index,
                                struct merkle_hash *ret_hash);
enum err audit_reader_file_root(struct audit_reader *reader, uint64_t file,
                                struct merkle_hash *ret_hash);

/* Say that an entry failed, and return err. */
enum err audit_reader_blame_entry(struct audit_reader *reader, enum err err, uint64_t number);

/* How long a file is, wherever it is. */
enum err audit_reader_file_size(struct audit_reader *reader, enum audit_file_kind kind,
                                uint64_t file, uint64_t *ret_size);

#endif
