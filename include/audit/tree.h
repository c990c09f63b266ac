/*
 * The Merkle tree over the log (RFC 6962), as the files hold it.
 *
 * A subtree within a tile is made of its rows, one within a file of the roots of its tiles, a
 * larger one of the roots of files; so a proof reads a tile of rows, a file's tile roots and a root
 * per file, also from a log of a hundred million entries.
 */
#ifndef PANGATE_AUDIT_TREE_H
#define PANGATE_AUDIT_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/log_reader.h"
#include "base/err.h"
#include "crypto/merkle.h"

/* The hash of a complete subtree below the number that the reader was told. `from` is a struct
 * audit_reader: this is a subtree() of struct merkle_source. */
enum err audit_subtree(void *from, unsigned level, uint64_t index, struct merkle_hash *ret_hash);

/* The files as a source of proofs. */
struct merkle_source audit_source(struct audit_reader *reader);

/* The right edge of the tree of the first `size` leaves. */
enum err audit_edge(struct audit_reader *reader, uint64_t size, struct merkle_edge *ret_edge);

/* The same of `size` leaves from `begin` on, which is a multiple of a power of two that is not
 * smaller than size. */
enum err audit_edge_from(struct audit_reader *reader, uint64_t begin, uint64_t size,
                         struct merkle_edge *ret_edge);

/* What a leaf completed: the stored roots that stand behind its row. */
struct audit_growth {
    bool tile_full, file_full;
    struct merkle_hash tile_root, file_root;
};

/* Append a leaf as merkle_edge_append() does, and see the roots of tile and file come by. */
void audit_grow(struct hash *hash, struct merkle_edge *edge, const struct merkle_hash *leaf,
                struct audit_growth *ret_growth);

bool audit_edge_equal(const struct merkle_edge *a, const struct merkle_edge *b);

#endif
