#include "audit/verify.h"

#include <string.h>

#include "audit/checkpoint.h"
#include "audit/tail.h"
#include "audit/walk.h"

struct verification {
    const struct audit_reader_options *options;
    const struct audit_claims *claims;
    struct audit_reader *reader;
    struct walk walk;
    struct audit_tile tile;
    struct audit_verdict *verdict;
};

static void verification_done(struct verification *verification)
{
    audit_reader_free(verification->reader);
    audit_tile_done(&verification->tile);
}

/* The first bad entry, and the file that holds what is bad about it. */
static void blame(struct verification *verification, enum audit_file_kind kind, uint64_t number)
{
    struct audit_verdict *verdict = verification->verdict;

    if (verdict->has_place)
        return;
    verdict->has_place = true;
    verdict->number = number;
    audit_file_name(kind, number / AUDIT_FILE_LEAVES, verdict->file);
}

/* A sentence about a file that does not hold what it should. */
static enum err blame_file(struct verification *verification, enum audit_file_kind kind,
                           uint64_t number, const char *what)
{
    char name[AUDIT_FILE_NAME_SIZE];

    blame(verification, kind, number);
    audit_file_name(kind, number / AUDIT_FILE_LEAVES, name);
    return why_say(verification->options->why, ERR_CORRUPT, "%s: %s (entry %llu)", name, what,
                   (unsigned long long)number);
}

static enum err rows_read(struct verification *verification, uint64_t first, uint32_t count)
{
    struct audit_reader *reader = verification->reader;
    uint32_t in_file = (uint32_t)(first % AUDIT_FILE_LEAVES);
    uint64_t size;
    enum err err = audit_reader_file_size(reader, AUDIT_HASHES, first / AUDIT_FILE_LEAVES, &size);

    verification->tile.count = 0;
    if (err == OK && audit_hashes_leaves(size) < in_file + count)
        return blame_file(verification, AUDIT_HASHES, first - in_file + audit_hashes_leaves(size),
                          "ends too early");
    if (err == OK)
        err = audit_reader_rows(reader, first / AUDIT_TILE_LEAVES, count, &verification->tile);
    if (err != OK)
        blame(verification, AUDIT_HASHES, first + verification->tile.count);
    return err;
}

static enum err leaves_read(struct verification *verification)
{
    struct audit_tile *tile = &verification->tile;
    uint64_t size;
    uint32_t i = 0;
    enum err err = audit_reader_file_size(verification->reader, AUDIT_ENTRIES,
                                          tile->first / AUDIT_FILE_LEAVES, &size);

    while (err == OK && i < tile->count && tile->begin + tile->ends[i] <= size)
        i++;
    if (err == OK && i < tile->count)
        return blame_file(verification, AUDIT_ENTRIES, tile->first + i, "ends too early");
    if (err == OK)
        err = audit_reader_leaves(verification->reader, tile);
    if (err != OK)
        blame(verification, AUDIT_ENTRIES, tile->first);
    return err;
}

static bool hash_equal(const struct merkle_hash *a, const struct merkle_hash *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* The subtrees of the last tile, which is not full, as the vault remembers them. */
static bool vault_has_rows(const struct merkle_edge *vault, const struct merkle_edge *rows)
{
    struct merkle_edge last = *vault;

    last.size %= AUDIT_TILE_LEAVES;
    return audit_edge_equal(&last, rows);
}

/* A leaf and its row disagree. If all the rows make what is known of the tile, it is the leaf. */
static enum audit_file_kind guilty_file(struct verification *verification)
{
    const struct audit_tile *tile = &verification->tile;
    struct merkle_edge rows = { 0 };
    struct merkle_hash root;
    bool known;

    for (uint32_t i = 0; i < tile->count; i++)
        merkle_edge_append(verification->walk.hash, &rows, &tile->hashes[i]);
    if (tile->count < AUDIT_TILE_LEAVES)
        known = vault_has_rows(&verification->claims->edge, &rows);
    else
        known = audit_reader_tile_root(verification->reader, tile->first / AUDIT_TILE_LEAVES,
                                       &root) == OK &&
                hash_equal(&root, &rows.levels[AUDIT_TILE_LEVEL]);
    return known ? AUDIT_ENTRIES : AUDIT_HASHES;
}

static enum err leaf_check(struct verification *verification, uint32_t i)
{
    const struct audit_claims *claims = verification->claims;
    const struct audit_tile *tile = &verification->tile;
    uint64_t number = tile->first + i;
    struct audit_entry entry;
    enum err err;

    if (!audit_tile_is_sound(verification->walk.hash, tile, i))
        return blame_file(verification, guilty_file(verification), number,
                          "the entry and its hash disagree");
    err = audit_entry_read(audit_tile_leaf(tile, i), &entry);
    if (err != OK) {
        blame(verification, AUDIT_ENTRIES, number);
        return audit_reader_blame_entry(verification->reader, err, number);
    }
    return claims->sink.take == NULL ? OK : claims->sink.take(claims->sink.with, number, &entry);
}

/* Nothing stands behind the last leaf of a full file. */
static enum err full_file_check(struct verification *verification, uint64_t last)
{
    const struct audit_tile *tile = &verification->tile;
    uint64_t file = last / AUDIT_FILE_LEAVES, size;

    TRY(audit_reader_file_size(verification->reader, AUDIT_HASHES, file, &size));
    if (size != AUDIT_HASHES_SIZE)
        return blame_file(verification, AUDIT_HASHES, last, "is longer than its last row");
    if (last < verification->claims->entries_from)
        return OK;
    TRY(audit_reader_file_size(verification->reader, AUDIT_ENTRIES, file, &size));
    if (size != tile->begin + tile->ends[tile->count - 1])
        return blame_file(verification, AUDIT_ENTRIES, last, "is longer than its last entry");
    return OK;
}

/* The roots that were stored when the tile, and with it perhaps the file, was full. */
static enum err roots_check(struct verification *verification, const struct audit_growth *growth,
                            uint64_t last)
{
    struct merkle_hash stored;

    if (!growth->tile_full)
        return OK;
    TRY(audit_reader_tile_root(verification->reader, last / AUDIT_TILE_LEAVES, &stored));
    if (!hash_equal(&stored, &growth->tile_root))
        return blame_file(verification, AUDIT_HASHES, last, "the root of its tile is wrong");
    if (!growth->file_full)
        return OK;
    TRY(audit_reader_file_root(verification->reader, last / AUDIT_FILE_LEAVES, &stored));
    if (!hash_equal(&stored, &growth->file_root))
        return blame_file(verification, AUDIT_HASHES, last, "the root of the file is wrong");
    return full_file_check(verification, last);
}

static enum err tile_check(struct verification *verification, uint64_t first, uint32_t count)
{
    struct audit_tile *tile = &verification->tile;
    bool with_leaves = first + count > verification->claims->entries_from;

    TRY(rows_read(verification, first, count));
    if (with_leaves)
        TRY(leaves_read(verification));
    for (uint32_t i = 0; i < count; i++) {
        struct audit_growth growth;

        if (with_leaves)
            TRY(leaf_check(verification, i));
        TRY(walk_step(&verification->walk, &tile->hashes[i], &growth, verification->options->why));
        TRY(roots_check(verification, &growth, first + i));
        verification->verdict->entries = first + i + 1;
    }
    return OK;
}

static enum err tiles_check(struct verification *verification)
{
    const struct audit_progress *progress = &verification->claims->progress;
    uint64_t size = verification->claims->edge.size;

    for (uint64_t first = 0; first < size; first += AUDIT_TILE_LEAVES) {
        uint64_t left = size - first;

        if (progress->show != NULL)
            progress->show(progress->with, first, size);
        TRY(tile_check(verification, first,
                       left < AUDIT_TILE_LEAVES ? (uint32_t)left : AUDIT_TILE_LEAVES));
    }
    return OK;
}

static enum err expect_checkpoint(struct verification *verification)
{
    const struct audit_claims *claims = verification->claims;
    struct why *why = verification->options->why;
    struct audit_checkpoint checkpoint;

    if (claims->saved != NULL)
        walk_expect(&verification->walk, "the last checkpoint", claims->saved);
    if (claims->saved != NULL || claims->verifier == NULL)
        return OK;
    TRY(audit_checkpoint_load(verification->options->folder, claims->verifier, &checkpoint, why));
    walk_expect(&verification->walk, "the last checkpoint", &checkpoint.head);
    if (checkpoint.head.size >= claims->checkpoint_least)
        return OK;
    return why_say(why, ERR_ROLLED_BACK,
                   "the last checkpoint covers %llu entries, but there was one of %llu: an older "
                   "copy was put in its place",
                   (unsigned long long)checkpoint.head.size,
                   (unsigned long long)claims->checkpoint_least);
}

static enum err expect_all(struct verification *verification)
{
    const struct audit_claims *claims = verification->claims;
    struct merkle_head vault = { .size = claims->edge.size };

    merkle_edge_root(verification->walk.hash, &claims->edge, &vault.root);
    walk_expect(&verification->walk, "the vault", &vault);
    if (claims->older != NULL)
        walk_expect(&verification->walk, "the older checkpoint", claims->older);
    return expect_checkpoint(verification);
}

static enum err verify(struct verification *verification)
{
    struct walk *walk = &verification->walk;
    struct why *why = verification->options->why;

    TRY(expect_all(verification));
    TRY(walk_check(walk, why));
    TRY(tiles_check(verification));
    if (verification->claims->tail != NULL)
        TRY(tail_check(verification->options, verification->claims->tail, walk));
    TRY(walk_end(walk, why));
    verification->verdict->entries = walk->edge.size;
    merkle_edge_root(walk->hash, &walk->edge, &verification->verdict->root);
    return OK;
}

enum err audit_verify(const struct audit_reader_options *options, const struct audit_claims *claims,
                      struct audit_verdict *ret_verdict)
{
    struct verification verification AUTO(
        verification_done) = { .options = options, .claims = claims, .verdict = ret_verdict };
    enum err err;

    *ret_verdict = (struct audit_verdict){ 0 };
    audit_tile_init(&verification.tile);
    TRY(audit_reader_new(options, &verification.reader));
    verification.walk.hash = audit_reader_hasher(verification.reader);
    err = verify(&verification);
    if (err == ERR_FORGED && !ret_verdict->has_place)
        blame(&verification, AUDIT_ENTRIES, verification.walk.agreed);
    return err;
}
