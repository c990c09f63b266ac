/*
 * Reading a ring back: which batches it holds from a position on, and whether that makes sense.
 *
 * Every batch that was ever complete and is not yet applied follows the one before it by number
 * and MAC, since batches are written one at a time, each synced before the next. So a valid batch
 * that does not follow is proof of damage, and only what comes last may be torn. Batches of
 * earlier laps have lower numbers.
 */
#ifndef PANGATE_JOURNAL_SCAN_H
#define PANGATE_JOURNAL_SCAN_H

#include "base/why.h"
#include "journal/batch.h"
#include "journal/ring.h"

struct scan_batch {
    struct batch_header header;
    uint64_t block;
};

struct scan {
    const struct ring *ring; /* lent; these two are set by the caller */
    struct mac *mac;
    struct scan_batch *batches; /* in order, those behind the position */
    size_t count, capacity;
    uint64_t head; /* the block behind the applied batch; 0 if that batch is gone */
    uint8_t *data; /* room for the largest batch */
};

/* Read the whole ring and judge it. ERR_IO, ERR_MEMORY, ERR_CORRUPT, with a sentence. */
enum err scan_ring(struct scan *scan, const struct journal_position *applied, struct why *why);

void scan_done(struct scan *scan); /* accepts zeroes */

/* The batch's bytes, read and proved once more; lent until the next call. ERR_IO, ERR_CORRUPT. */
enum err scan_read(struct scan *scan, const struct scan_batch *batch, struct bytes *ret_batch);

#endif
