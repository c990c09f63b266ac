/*
 * The Merkle tree of RFC 6962, section 2.1: hashes, its right edge, proofs and their verification.
 *
 * The tree itself is somebody else's: proofs are made from a source of subtree hashes. A subtree
 * is complete; (level, index) names the one over the leaves index * 2^level up to
 * (index + 1) * 2^level - 1. Everything here is public.
 */
#ifndef PANGATE_CRYPTO_MERKLE_H
#define PANGATE_CRYPTO_MERKLE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/err.h"
#include "crypto/hash.h"

enum { MERKLE_LEVELS_MAX = 64, MERKLE_PROOF_MAX = 65 };

struct merkle_hash {
    uint8_t bytes[HASH_SIZE];
};

/* A tree of so many leaves has this root. */
struct merkle_head {
    uint64_t size;
    struct merkle_hash root;
};

void merkle_leaf(struct hash *hash, struct bytes entry, struct merkle_hash *ret_leaf);
void merkle_node(struct hash *hash, const struct merkle_hash *left, const struct merkle_hash *right,
                 struct merkle_hash *ret_node);

/*
 * All that is needed to make a tree grow: for each bit that is set in size, the hash of the
 * complete subtree of that level. Zeroes are the empty tree.
 */
struct merkle_edge {
    uint64_t size;
    struct merkle_hash levels[MERKLE_LEVELS_MAX];
};

void merkle_edge_append(struct hash *hash, struct merkle_edge *edge,
                        const struct merkle_hash *leaf);

/* The root of the tree; of the empty tree the hash of nothing. */
void merkle_edge_root(struct hash *hash, const struct merkle_edge *edge,
                      struct merkle_hash *ret_root);

/* size (u64), then the hashes, lowest level first. */
void merkle_edge_write(const struct merkle_edge *edge, struct buf *out);
enum err merkle_edge_read(struct cursor *cursor, struct merkle_edge *ret_edge); /* ERR_CORRUPT */

struct merkle_proof {
    size_t count;
    struct merkle_hash hashes[MERKLE_PROOF_MAX];
};

/* Gives the hash of a complete subtree; an error ends the proof. */
struct merkle_source {
    struct hash *hash;
    void *from; /* handed to subtree() */
    enum err (*subtree)(void *from, unsigned level, uint64_t index, struct merkle_hash *ret_hash);
};

/* The root of the tree of the first `size` leaves. */
enum err merkle_root(const struct merkle_source *source, uint64_t size,
                     struct merkle_hash *ret_root);

/* RFC 6962, section 2.1.1. index < size is the caller's promise. */
enum err merkle_prove_inclusion(const struct merkle_source *source, uint64_t index, uint64_t size,
                                struct merkle_proof *ret_proof);

/* RFC 6962, section 2.1.2. 0 < older <= newer is the caller's promise. */
enum err merkle_prove_consistency(const struct merkle_source *source, uint64_t older,
                                  uint64_t newer, struct merkle_proof *ret_proof);

struct merkle_place {
    uint64_t index;
    struct merkle_hash leaf;
};

/* RFC 9162, section 2.1.3.2. ERR_FORGED if the proof does not show that the leaf is there. */
enum err merkle_verify_inclusion(struct hash *hash, const struct merkle_place *place,
                                 const struct merkle_head *head, const struct merkle_proof *proof);

/* RFC 9162, section 2.1.4.2. ERR_FORGED if the proof does not show that the newer tree begins with
 * the older one, and for an older tree without leaves, of which nothing can be shown. */
enum err merkle_verify_consistency(struct hash *hash, const struct merkle_head *older,
                                   const struct merkle_head *newer,
                                   const struct merkle_proof *proof);

#endif
