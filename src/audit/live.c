#include "audit/live.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "audit/log_files.h"
#include "audit/tree.h"
#include "base/must.h"

struct audit_live {
    pthread_mutex_t lock;
    struct hash *hash;
    struct merkle_edge edge; /* of all that is durable */
    uint64_t applied;
    struct merkle_hash ring[AUDIT_UNAPPLIED_MAX]; /* leaf n at n mod its size, from applied on */
};

enum err audit_live_new(const struct merkle_edge *applied, struct audit_live **ret_live)
{
    struct audit_live *live = calloc(1, sizeof(*live));
    enum err err;

    if (live == NULL)
        return ERR_MEMORY;
    err = hash_new(&live->hash);
    if (err == OK && pthread_mutex_init(&live->lock, NULL) != 0)
        err = ERR_MEMORY;
    if (err != OK) {
        hash_free(live->hash);
        free(live);
        return err;
    }
    live->edge = *applied;
    live->applied = applied->size;
    *ret_live = live;
    return OK;
}

void audit_live_free(struct audit_live *live)
{
    if (live == NULL)
        return;
    (void)pthread_mutex_destroy(&live->lock);
    hash_free(live->hash);
    free(live);
}

static void live_lock(struct audit_live *live)
{
    must(pthread_mutex_lock(&live->lock) == 0);
}

static void live_unlock(struct audit_live *live)
{
    must(pthread_mutex_unlock(&live->lock) == 0);
}

void audit_live_append(struct audit_live *live, struct bytes leaf)
{
    struct merkle_hash *place;

    live_lock(live);
    must(live->edge.size - live->applied < AUDIT_UNAPPLIED_MAX);
    place = &live->ring[live->edge.size % AUDIT_UNAPPLIED_MAX];
    merkle_leaf(live->hash, leaf, place);
    merkle_edge_append(live->hash, &live->edge, place);
    live_unlock(live);
}

void audit_live_applied(struct audit_live *live, uint64_t number)
{
    live_lock(live);
    must(number >= live->applied && number <= live->edge.size);
    live->applied = number;
    live_unlock(live);
}

void audit_live_head(struct audit_live *live, struct merkle_head *ret_head)
{
    live_lock(live);
    ret_head->size = live->edge.size;
    merkle_edge_root(live->hash, &live->edge, &ret_head->root);
    live_unlock(live);
}

enum err audit_live_checkpoint(struct audit_live *live, const struct note_signer *signer,
                               struct audit_checkpoint *ret_checkpoint)
{
    struct merkle_head head;

    audit_live_head(live, &head);
    return audit_checkpoint_sign(signer, &head, ret_checkpoint);
}

static void ring_copy(const struct audit_live *live, struct audit_snapshot *snapshot)
{
    snapshot->base = live->applied;
    snapshot->count = live->edge.size - live->applied;
    for (uint64_t i = 0; i < snapshot->count; i++)
        snapshot->leaves[i] = live->ring[(snapshot->base + i) % AUDIT_UNAPPLIED_MAX];
}

enum err audit_live_snapshot(struct audit_live *live, struct audit_reader *reader,
                             struct audit_snapshot *ret_snapshot)
{
    struct merkle_hash *leaves = malloc(sizeof(live->ring));

    if (leaves == NULL)
        return ERR_MEMORY;
    *ret_snapshot = (struct audit_snapshot){ .reader = reader, .leaves = leaves };
    live_lock(live);
    ring_copy(live, ret_snapshot);
    live_unlock(live);
    return OK;
}

void audit_snapshot_done(struct audit_snapshot *snapshot)
{
    free(snapshot->leaves);
    snapshot->leaves = NULL;
}

/* A subtree of leaves from the files, then of leaves that are ahead of them. */
static enum err snapshot_subtree(void *from, unsigned level, uint64_t index,
                                 struct merkle_hash *ret_hash)
{
    const struct audit_snapshot *snapshot = from;
    uint64_t begin = index << level, end = (index + 1) << level;
    uint64_t filed = begin < snapshot->base ? snapshot->base - begin : 0;
    struct merkle_edge edge;

    if (end <= snapshot->base)
        return audit_subtree(snapshot->reader, level, index, ret_hash);
    if (end > snapshot->base + snapshot->count)
        return ERR_NOT_FOUND;
    TRY(audit_edge_from(snapshot->reader, begin, filed, &edge));
    for (uint64_t number = begin + filed; number < end; number++)
        merkle_edge_append(audit_reader_hasher(snapshot->reader), &edge,
                           &snapshot->leaves[number - snapshot->base]);
    *ret_hash = edge.levels[level];
    return OK;
}

struct merkle_source audit_snapshot_source(struct audit_snapshot *snapshot)
{
    return (struct merkle_source){ audit_reader_hasher(snapshot->reader), snapshot,
                                   snapshot_subtree };
}
