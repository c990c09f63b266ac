#include "vault/room.h"

#include "base/must.h"
#include "vault/overlay.h"

/* The most that parts of an entry's payload take. */
enum {
    LEAF_BYTES = 1024, /* with every text at its longest, but for the list of tokens */
    ROWS_BYTES = 640,  /* keys, and values that are small */
    RECORD_BYTES = RECORD_SIZE_MAX + 32,
    ANSWER_BYTES = RECORD_SIZE_MAX + 128, /* an item in the row of an idempotency key */
    FORWARD_BYTES = 2 * AUDIT_LEAF_SIZE_MAX + LEAF_BYTES, /* its open row holds its leaf, too */
};

void room_init(struct room *room, struct journal *journal)
{
    *room = (struct room){ .journal = journal };
    must(pthread_mutex_init(&room->lock, NULL) == 0);
}

void room_done(struct room *room)
{
    must(pthread_mutex_destroy(&room->lock) == 0);
}

static size_t item_bytes(const struct proposal *item, bool answer_is_kept)
{
    size_t answer = answer_is_kept ? ANSWER_BYTES : 0;

    switch (item->kind) {
    case PROPOSE_STORE: return LEAF_BYTES + ROWS_BYTES + item->record.size + answer;
    case PROPOSE_CHANGE: return LEAF_BYTES + ROWS_BYTES + item->record.size + answer;
    case PROPOSE_LOOKUP: return LEAF_BYTES + (answer_is_kept ? RECORD_BYTES + ANSWER_BYTES : 0);
    case PROPOSE_REVEAL: return LEAF_BYTES + ROWS_BYTES + (answer_is_kept ? RECORD_BYTES : 0);
    case PROPOSE_FORWARD: return ROWS_BYTES + RECORD_BYTES + (answer_is_kept ? ROWS_BYTES : 0);
    case PROPOSE_ERASE:
    case PROPOSE_QUARANTINE:
    case PROPOSE_RELEASE: return LEAF_BYTES + ROWS_BYTES;
    case PROPOSE_NOTE: return LEAF_BYTES + (answer_is_kept ? 64 : 0);
    case PROPOSE_FORWARD_OUTCOME: break;
    }
    return 0;
}

static struct room_claim claim_of(uint64_t entries, size_t bytes)
{
    return (struct room_claim){ entries, bytes, journal_blocks(entries, bytes) };
}

struct room_claim room_claim_of_outcome(size_t token_count, bool has_key)
{
    size_t bytes = FORWARD_BYTES + token_count * (ROWS_BYTES + RECORD_BYTES);

    return claim_of(1, bytes + (has_key ? FORWARD_ANSWER_MAX : 0));
}

struct room_claim room_claim_of(const struct submission *submission)
{
    enum proposal_kind kind = submission->items[0].kind;
    struct room_claim claim, outcome;
    size_t bytes = kind == PROPOSE_FORWARD ? FORWARD_BYTES : 0;

    for (size_t i = 0; i < submission->count; i++)
        bytes += item_bytes(&submission->items[i], submission->idempotency.used);
    if (kind == PROPOSE_FORWARD_OUTCOME)
        return (struct room_claim){ 0 };
    claim = claim_of(submission->count, bytes);
    if (kind != PROPOSE_FORWARD)
        return claim;
    outcome = room_claim_of_outcome(submission->count, submission->idempotency.used);
    return (struct room_claim){ claim.entries + outcome.entries, claim.bytes + outcome.bytes,
                                claim.blocks + outcome.blocks };
}

enum err room_take(struct room *room, const struct room_claim *claim)
{
    bool fits;

    must(pthread_mutex_lock(&room->lock) == 0);
    fits = room->entries + room->promised.entries + claim->entries <= OVERLAY_ENTRIES_MAX &&
           room->bytes + room->promised.bytes + claim->bytes <= OVERLAY_BYTES_MAX &&
           room->promised.blocks + claim->blocks <= journal_room(room->journal);
    if (fits) {
        room->promised.entries += claim->entries;
        room->promised.bytes += claim->bytes;
        room->promised.blocks += claim->blocks;
    }
    must(pthread_mutex_unlock(&room->lock) == 0);
    return fits ? OK : ERR_OVERLOADED;
}

void room_give(struct room *room, const struct room_claim *claim)
{
    must(pthread_mutex_lock(&room->lock) == 0);
    must(claim->entries <= room->promised.entries && claim->bytes <= room->promised.bytes &&
         claim->blocks <= room->promised.blocks);
    room->promised.entries -= claim->entries;
    room->promised.bytes -= claim->bytes;
    room->promised.blocks -= claim->blocks;
    must(pthread_mutex_unlock(&room->lock) == 0);
}

void room_add(struct room *room, uint64_t entries, uint64_t bytes)
{
    must(pthread_mutex_lock(&room->lock) == 0);
    room->entries += entries;
    room->bytes += bytes;
    must(pthread_mutex_unlock(&room->lock) == 0);
}

void room_sub(struct room *room, uint64_t entries, uint64_t bytes)
{
    must(pthread_mutex_lock(&room->lock) == 0);
    must(entries <= room->entries && bytes <= room->bytes);
    room->entries -= entries;
    room->bytes -= bytes;
    must(pthread_mutex_unlock(&room->lock) == 0);
}

static unsigned part(uint64_t used, uint64_t most)
{
    return (unsigned)(used * 1000 / most);
}

static unsigned larger(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

unsigned room_fill(struct room *room)
{
    struct journal_stats stats;
    unsigned fill;

    journal_stats(room->journal, &stats);
    must(pthread_mutex_lock(&room->lock) == 0);
    fill = larger(part(room->entries, OVERLAY_ENTRIES_MAX), part(room->bytes, OVERLAY_BYTES_MAX));
    must(pthread_mutex_unlock(&room->lock) == 0);
    return larger(fill, part(stats.used_bytes, stats.size_bytes));
}
