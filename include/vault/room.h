/*
 * The bounds: what may wait to be applied, and what is promised before work is done.
 *
 * Whoever submits claims room for the worst that can follow: entries, bytes in memory, and blocks
 * of the journal, each submission as a batch of its own. Without room nothing is begun.
 */
#ifndef PANGATE_VAULT_ROOM_H
#define PANGATE_VAULT_ROOM_H

#include <pthread.h>

#include "base/err.h"
#include "journal/journal.h"
#include "vault/proposal.h"

struct room {
    pthread_mutex_t lock;
    struct journal *journal;
    uint64_t entries, bytes;    /* decided, not yet applied */
    struct room_claim promised; /* claimed, not yet decided */
};

void room_init(struct room *room, struct journal *journal);
void room_done(struct room *room);

/* What a submission may come to; of a forward's intent, its outcome too. The outcome itself claims
 * nothing: it gives back what its intent kept for it. */
struct room_claim room_claim_of(const struct submission *submission);

/* ERR_OVERLOADED. Any thread. */
enum err room_take(struct room *room, const struct room_claim *claim);

/* The submission's batch is written, or it was refused. */
void room_give(struct room *room, const struct room_claim *claim);

/* The part of an intent's claim that its outcome will need. */
struct room_claim room_claim_of_outcome(size_t token_count, bool has_key);

/* Entries that were decided, and that were applied. */
void room_add(struct room *room, uint64_t entries, uint64_t bytes);
void room_sub(struct room *room, uint64_t entries, uint64_t bytes);

/* How full it is, of 1,000: entries, bytes or journal, whichever is most. */
unsigned room_fill(struct room *room);

#endif
