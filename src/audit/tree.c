#include "audit/tree.h"

#include <string.h>

/* How to read a hash of level `level`, of which there is no smaller one to be made. */
struct floor {
    unsigned level;
    enum err (*read)(struct audit_reader *reader, uint64_t index, struct merkle_hash *ret_hash);
};

static const struct floor floors[] = {
    { AUDIT_FILE_LEVEL, audit_reader_file_root },
    { AUDIT_TILE_LEVEL, audit_reader_tile_root },
    { 0, audit_reader_leaf_hash },
};

/* The highest stored level that is not above. */
static const struct floor *floor_below(unsigned level)
{
    const struct floor *floor = floors;

    while (floor->level > level)
        floor++;
    return floor;
}

enum err audit_subtree(void *from, unsigned level, uint64_t index, struct merkle_hash *ret_hash)
{
    struct audit_reader *reader = from;
    const struct floor *floor = floor_below(level);
    uint64_t count = UINT64_C(1) << (level - floor->level);
    struct merkle_edge edge = { 0 };

    for (uint64_t i = 0; i < count; i++) {
        struct merkle_hash hash;

        TRY(floor->read(reader, index * count + i, &hash));
        merkle_edge_append(audit_reader_hasher(reader), &edge, &hash);
    }
    *ret_hash = edge.levels[level - floor->level];
    return OK;
}

struct merkle_source audit_source(struct audit_reader *reader)
{
    return (struct merkle_source){ audit_reader_hasher(reader), reader, audit_subtree };
}

enum err audit_edge_from(struct audit_reader *reader, uint64_t begin, uint64_t size,
                         struct merkle_edge *ret_edge)
{
    struct merkle_edge edge = { .size = size };

    for (unsigned level = 0; level < MERKLE_LEVELS_MAX; level++) {
        uint64_t index = (begin >> level) + (size >> level) - 1;

        if ((size >> level & 1) == 1)
            TRY(audit_subtree(reader, level, index, &edge.levels[level]));
    }
    *ret_edge = edge;
    return OK;
}

enum err audit_edge(struct audit_reader *reader, uint64_t size, struct merkle_edge *ret_edge)
{
    return audit_edge_from(reader, 0, size, ret_edge);
}

void audit_grow(struct hash *hash, struct merkle_edge *edge, const struct merkle_hash *leaf,
                struct audit_growth *ret_growth)
{
    struct merkle_hash grown = *leaf;
    unsigned level = 0;

    ret_growth->tile_full = false;
    ret_growth->file_full = false;
    for (;; level++) {
        if (level == AUDIT_TILE_LEVEL) {
            ret_growth->tile_full = true;
            ret_growth->tile_root = grown;
        }
        if (level == AUDIT_FILE_LEVEL) {
            ret_growth->file_full = true;
            ret_growth->file_root = grown;
        }
        if ((edge->size >> level & 1) == 0)
            break;
        merkle_node(hash, &edge->levels[level], &grown, &grown);
    }
    edge->levels[level] = grown;
    edge->size++;
}

bool audit_edge_equal(const struct merkle_edge *a, const struct merkle_edge *b)
{
    if (a->size != b->size)
        return false;
    for (unsigned level = 0; level < MERKLE_LEVELS_MAX; level++) {
        if ((a->size >> level & 1) == 1 &&
            memcmp(a->levels[level].bytes, b->levels[level].bytes, HASH_SIZE) != 0)
            return false;
    }
    return true;
}
