#include "crypto/merkle.h"

#include <string.h>

#include "base/must.h"

enum { LEAF_PREFIX = 0, NODE_PREFIX = 1 };

void merkle_leaf(struct hash *hash, struct bytes entry, struct merkle_hash *ret_leaf)
{
    const uint8_t prefix = LEAF_PREFIX;

    hash_begin(hash);
    hash_add(hash, bytes_of(&prefix, 1));
    hash_add(hash, entry);
    hash_end(hash, ret_leaf->bytes);
}

void merkle_node(struct hash *hash, const struct merkle_hash *left, const struct merkle_hash *right,
                 struct merkle_hash *ret_node)
{
    uint8_t text[1 + 2 * HASH_SIZE] = { NODE_PREFIX };

    memcpy(text + 1, left->bytes, HASH_SIZE);
    memcpy(text + 1 + HASH_SIZE, right->bytes, HASH_SIZE);
    hash_of(hash, bytes_of(text, sizeof(text)), ret_node->bytes);
}

void merkle_edge_append(struct hash *hash, struct merkle_edge *edge, const struct merkle_hash *leaf)
{
    struct merkle_hash grown = *leaf;
    unsigned level = 0;

    must(edge->size < UINT64_MAX);
    for (; (edge->size >> level & 1) == 1; level++)
        merkle_node(hash, &edge->levels[level], &grown, &grown);
    edge->levels[level] = grown;
    edge->size++;
}

void merkle_edge_root(struct hash *hash, const struct merkle_edge *edge,
                      struct merkle_hash *ret_root)
{
    unsigned level;

    if (edge->size == 0) {
        hash_of(hash, bytes_of(NULL, 0), ret_root->bytes);
        return;
    }
    level = (unsigned)__builtin_ctzll(edge->size);
    *ret_root = edge->levels[level];
    while (++level < MERKLE_LEVELS_MAX)
        if ((edge->size >> level & 1) == 1)
            merkle_node(hash, &edge->levels[level], ret_root, ret_root);
}

void merkle_edge_write(const struct merkle_edge *edge, struct buf *out)
{
    buf_add_u64(out, edge->size);
    for (unsigned level = 0; level < MERKLE_LEVELS_MAX; level++)
        if ((edge->size >> level & 1) == 1)
            buf_add(out, bytes_of(edge->levels[level].bytes, HASH_SIZE));
}

enum err merkle_edge_read(struct cursor *cursor, struct merkle_edge *ret_edge)
{
    struct merkle_edge edge = { .size = cursor_u64(cursor) };

    for (unsigned level = 0; level < MERKLE_LEVELS_MAX; level++)
        if ((edge.size >> level & 1) == 1)
            cursor_copy(cursor, edge.levels[level].bytes, HASH_SIZE);
    TRY(cursor_check(cursor));
    *ret_edge = edge;
    return OK;
}

/* The leaves from begin up to, not with, end: a node of some tree, so begin is a multiple of every
 * power of two in its count. */
struct range {
    uint64_t begin, end;
};

static enum err range_hash(const struct merkle_source *source, struct range range,
                           struct merkle_hash *ret_hash)
{
    uint64_t count = range.end - range.begin;
    bool first = true;

    for (unsigned level = 0; level < MERKLE_LEVELS_MAX && count >> level > 0; level++) {
        struct merkle_hash part;
        uint64_t before = count >> level & ~(uint64_t)1; /* in subtrees of this level */

        if ((count >> level & 1) == 0)
            continue;
        TRY(source->subtree(source->from, level, (range.begin >> level) + before, &part));
        if (first)
            *ret_hash = part;
        else
            merkle_node(source->hash, &part, ret_hash, ret_hash);
        first = false;
    }
    return OK;
}

enum err merkle_root(const struct merkle_source *source, uint64_t size,
                     struct merkle_hash *ret_root)
{
    struct merkle_hash root;

    if (size == 0)
        hash_of(source->hash, bytes_of(NULL, 0), root.bytes);
    else
        TRY(range_hash(source, (struct range){ 0, size }, &root));
    *ret_root = root;
    return OK;
}

/* Where a node's left child ends: the largest power of two below its count, from its begin. */
static uint64_t range_middle(struct range range)
{
    return range.begin + ((uint64_t)1 << (63 - __builtin_clzll(range.end - range.begin - 1)));
}

static enum err proof_add(const struct merkle_source *source, struct range range,
                          struct merkle_proof *proof)
{
    must(proof->count < MERKLE_PROOF_MAX);
    TRY(range_hash(source, range, &proof->hashes[proof->count]));
    proof->count++;
    return OK;
}

/* Go down to one child of a node and note the other. */
static enum err proof_descend(const struct merkle_source *source, bool right, struct range *range,
                              struct merkle_proof *proof)
{
    uint64_t middle = range_middle(*range);
    struct range left_child = { range->begin, middle };
    struct range right_child = { middle, range->end };

    *range = right ? right_child : left_child;
    return proof_add(source, right ? left_child : right_child, proof);
}

/* Siblings are found from the root down; a proof names them from the leaf up. */
static void proof_reverse(struct merkle_proof *proof)
{
    for (size_t i = 0; i < proof->count / 2; i++) {
        struct merkle_hash *other = &proof->hashes[proof->count - 1 - i];
        struct merkle_hash swapped = *other;

        *other = proof->hashes[i];
        proof->hashes[i] = swapped;
    }
}

enum err merkle_prove_inclusion(const struct merkle_source *source, uint64_t index, uint64_t size,
                                struct merkle_proof *ret_proof)
{
    struct range range = { 0, size };
    struct merkle_proof proof = { 0 };

    must(index < size);
    while (range.end - range.begin > 1)
        TRY(proof_descend(source, index >= range_middle(range), &range, &proof));
    proof_reverse(&proof);
    *ret_proof = proof;
    return OK;
}

enum err merkle_prove_consistency(const struct merkle_source *source, uint64_t older,
                                  uint64_t newer, struct merkle_proof *ret_proof)
{
    struct range range = { 0, newer };
    struct merkle_proof proof = { 0 };

    must(older > 0 && older <= newer);
    while (range.end != older)
        TRY(proof_descend(source, older > range_middle(range), &range, &proof));
    if (range.begin > 0)
        TRY(proof_add(source, range, &proof));
    proof_reverse(&proof);
    *ret_proof = proof;
    return OK;
}

static bool hash_is(const struct merkle_hash *a, const struct merkle_hash *b)
{
    return memcmp(a->bytes, b->bytes, HASH_SIZE) == 0;
}

static enum err forged_unless(bool proven)
{
    return proven ? OK : ERR_FORGED;
}

/* fn and sn of RFC 9162: the place of a node in its level, and of the last node there. */
struct walk {
    uint64_t fn, sn;
};

static void walk_up(struct walk *walk)
{
    walk->fn >>= 1;
    walk->sn >>= 1;
}

static bool walk_is_right(const struct walk *walk)
{
    return (walk->fn & 1) == 1;
}

/* The last node of a level may have no sibling there: up to where it has one. */
static void walk_to_sibling(struct walk *walk)
{
    while (!walk_is_right(walk) && walk->fn != 0)
        walk_up(walk);
}

enum err merkle_verify_inclusion(struct hash *hash, const struct merkle_place *place,
                                 const struct merkle_head *head, const struct merkle_proof *proof)
{
    struct walk walk = { place->index, head->size - 1 };
    struct merkle_hash root = place->leaf;

    if (place->index >= head->size)
        return ERR_FORGED;
    for (size_t i = 0; i < proof->count; i++) {
        if (walk.sn == 0)
            return ERR_FORGED;
        if (walk_is_right(&walk) || walk.fn == walk.sn) {
            merkle_node(hash, &proof->hashes[i], &root, &root);
            walk_to_sibling(&walk);
        } else {
            merkle_node(hash, &root, &proof->hashes[i], &root);
        }
        walk_up(&walk);
    }
    return forged_unless(walk.sn == 0 && hash_is(&root, &head->root));
}

/* What a proof of growth leads to. */
struct growth {
    struct merkle_hash older, newer;
};

/* Step 6 of RFC 9162, section 2.1.4.2, for one hash of the proof. */
static void growth_step(struct hash *hash, struct walk *walk, const struct merkle_hash *next,
                        struct growth *growth)
{
    if (walk_is_right(walk) || walk->fn == walk->sn) {
        merkle_node(hash, next, &growth->older, &growth->older);
        merkle_node(hash, next, &growth->newer, &growth->newer);
        walk_to_sibling(walk);
    } else {
        merkle_node(hash, &growth->newer, next, &growth->newer);
    }
    walk_up(walk);
}

enum err merkle_verify_consistency(struct hash *hash, const struct merkle_head *older,
                                   const struct merkle_head *newer,
                                   const struct merkle_proof *proof)
{
    bool is_whole_subtree = (older->size & (older->size - 1)) == 0;
    struct walk walk = { older->size - 1, newer->size - 1 };
    struct growth growth = { older->root, older->root };

    if (older->size == 0 || older->size > newer->size)
        return ERR_FORGED;
    if (older->size == newer->size)
        return forged_unless(proof->count == 0 && hash_is(&older->root, &newer->root));
    if (proof->count == 0)
        return ERR_FORGED;
    if (!is_whole_subtree)
        growth.older = growth.newer = proof->hashes[0];
    while (walk_is_right(&walk))
        walk_up(&walk);
    for (size_t i = is_whole_subtree ? 0 : 1; i < proof->count; i++) {
        if (walk.sn == 0)
            return ERR_FORGED;
        growth_step(hash, &walk, &proof->hashes[i], &growth);
    }
    return forged_unless(walk.sn == 0 && hash_is(&growth.older, &older->root) &&
                         hash_is(&growth.newer, &newer->root));
}
