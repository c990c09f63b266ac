/*
 * Which blocks of the ring are free: pure arithmetic, no file.
 *
 * Head and tail are counted in blocks from the ring's making on and never wrap; the block in the
 * ring is what remains after division. A batch is never split: where it does not fit before the
 * ring's end it goes to the beginning, and what it leaves behind is lost until the tail passes.
 */
#ifndef PANGATE_JOURNAL_SPACE_H
#define PANGATE_JOURNAL_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct space_batch {
    uint64_t next; /* the batch's entries are below it */
    uint64_t end;  /* the head behind it */
};

struct space {
    uint64_t blocks;    /* of the ring */
    uint64_t batch_max; /* blocks of the largest batch */
    uint64_t head, tail;
    struct space_batch *batches; /* those between tail and head, oldest first, as a ring */
    uint64_t begin, count;
};

/* An empty space. ERR_MEMORY. */
enum err space_init(struct space *space, uint64_t blocks, uint64_t batch_max);
void space_done(struct space *space); /* accepts zeroes */

/* Everything is free, and the next batch goes to this block if it fits there. */
void space_start(struct space *space, uint64_t block);

/* Whether a batch of so many blocks has a place now, and where. */
bool space_place(const struct space *space, uint64_t blocks, uint64_t *ret_block);

/* Take the place that space_place() gave. */
void space_take(struct space *space, uint64_t blocks, uint64_t next);

/* Free the batches whose entries are all below `next`. */
void space_release(struct space *space, uint64_t next);

uint64_t space_used(const struct space *space);

/* Free blocks, less what a wrap can lose. */
uint64_t space_room(const struct space *space);

#endif
