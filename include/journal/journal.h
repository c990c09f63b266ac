/*
 * The journal: a ring file of batches that is on disk before anybody hears of what it holds.
 *
 * A batch of entries is written and synced as one unit, one batch at a time, by one thread (the
 * committer). Payloads are opaque. Entries are numbered without gaps from 0; a batch is found
 * again by its numbers and by the MAC of the batch before it. A failed write or sync is final:
 * every later call gives ERR_JOURNAL, and whether the failed batch is on disk is not known until
 * the journal is opened and recovered again.
 *
 * A folder of its own holds `ring`, `count` (see journal/count.h) and `lock`. Nothing here is
 * secret but the key; payloads are written as they are.
 */
#ifndef PANGATE_JOURNAL_JOURNAL_H
#define PANGATE_JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/why.h"

enum {
    JOURNAL_KEY_SIZE = 32,
    JOURNAL_MAC_SIZE = 32,
    JOURNAL_BLOCK = 4096,
    JOURNAL_BATCH_MAX = 8 * 1024 * 1024, /* bytes; a quarter of the ring if that is less */
    JOURNAL_SIZE_MIN = 64 * 1024,
    JOURNAL_BUCKETS = 24,
};

struct journal;

/* The end of a batch: every entry below `next` is in it or in one before it. LMDB stores, with
 * each commit, the position up to which it has applied the journal. */
struct journal_position {
    uint64_t next;
    uint8_t mac[JOURNAL_MAC_SIZE];
};

/* Make the folder's files, filled with zeros and synced. `size` is that of the ring file and a
 * multiple of JOURNAL_BLOCK, at least JOURNAL_SIZE_MIN. The folder must be there. ERR_EXISTS if it
 * holds a ring; a making that was cut short is begun again. Takes as long as writing `size` bytes
 * does. */
enum err journal_create(const char *folder, uint64_t size, const uint8_t key[JOURNAL_KEY_SIZE],
                        struct why *why);

/* Lock and check the folder. ERR_IN_USE, ERR_NOT_FOUND, ERR_CORRUPT, ERR_FORGED (another key made
 * it), ERR_NEWER. Nothing is written before journal_recover(). */
enum err journal_open(const char *folder, const uint8_t key[JOURNAL_KEY_SIZE],
                      struct journal **ret_journal, struct why *why);

/* Unlock and free; what is in the open batch is dropped. Accepts NULL in *journal. */
void journal_close(struct journal **journal);

/* Where a ring begins that never held a batch: next is 0, and the MAC is random. */
struct journal_position journal_first(const struct journal *journal);

/* One entry on its way back. */
struct journal_entry {
    uint64_t number;
    struct bytes payload;               /* lent for the call */
    const struct journal_position *end; /* of its batch; NULL unless it is the last one in it */
};

struct journal_replay {
    struct journal_position applied; /* what LMDB holds */
    uint64_t least; /* next must get this far, as the last checkpoint says; 0 if there is none */
    enum err (*on_entry)(void *owner, const struct journal_entry *entry);
    void *owner;
};

/*
 * Follow the batches from the applied position, and make ready to write behind the last one. Call
 * once, before the first batch. The whole ring is judged, and the last batch written again and
 * synced, before on_entry sees the first entry. Only the last batch may be torn; it is dropped.
 *
 * ERR_CORRUPT: a batch is missing or out of place, or fewer entries are there than `least` or the
 * synced count says; ERR_IO: the ring cannot be read or written; or what on_entry returned.
 */
enum err journal_recover(struct journal *journal, const struct journal_replay *replay,
                         struct why *why);

/* The end of the last batch that is on disk. */
struct journal_position journal_end(const struct journal *journal);

/* Add to the open batch; `number` is the next one. ERR_LIMIT: the batch is full, write it first;
 * ERR_OVERLOADED: the ring has no room (nobody reserved any); ERR_JOURNAL: the journal failed. */
enum err journal_batch_add(struct journal *journal, uint64_t number, struct bytes payload);

/* Write the open batch (it holds an entry at least), sync it, and begin the next one. The
 * position is to be stored when this batch is applied. ERR_JOURNAL: final, outcome unknown. */
enum err journal_batch_write(struct journal *journal, struct journal_position *ret_end);

/* What a batch of `count` entries takes, their payloads `size` bytes together. In blocks. Several
 * such batches written as one never take more. */
uint64_t journal_blocks(size_t count, size_t size);

/* The bytes of payload that one more entry of the open batch may have; 0 if it is full. */
size_t journal_batch_room(const struct journal *journal);

/* Free blocks that may be promised, what a wrap can lose taken off. As long as the blocks promised
 * and not yet written never exceed this when a promise is made, each promised batch has room. */
uint64_t journal_room(struct journal *journal);

/* Entries below `next` are applied: the batches that end there or before may be written over. Any
 * thread. */
void journal_release(struct journal *journal, uint64_t next);

/* Store durably that entries below `next` are on disk: about once a second. Another thread than
 * the committer's may do it, one at a time. ERR_JOURNAL: final, as for a batch. */
enum err journal_note_count(struct journal *journal, uint64_t next);

struct journal_stats {
    uint64_t size_bytes, used_bytes; /* of the ring; used: not yet released, wrap loss included */
    uint64_t batches, entries;       /* written since it was opened */
    uint64_t sync_count, sync_ns_sum;
    uint64_t sync_buckets[JOURNAL_BUCKETS]; /* write and sync took up to 2^i * 16 us */
    bool failed;                            /* until it is opened again */
    int error_number;                       /* errno of that failure */
};

/* Any thread. */
void journal_stats(struct journal *journal, struct journal_stats *ret_stats);

#endif
