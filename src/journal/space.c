#include "journal/space.h"

#include <stdlib.h>

#include "base/must.h"

enum err space_init(struct space *space, uint64_t blocks, uint64_t batch_max)
{
    struct space_batch *batches = calloc(blocks, sizeof(*batches));

    if (batches == NULL)
        return ERR_MEMORY;
    *space = (struct space){ .blocks = blocks, .batch_max = batch_max, .batches = batches };
    return OK;
}

void space_done(struct space *space)
{
    free(space->batches);
    *space = (struct space){ 0 };
}

void space_start(struct space *space, uint64_t block)
{
    must(block <= space->blocks);
    space->head = space->tail = block;
    space->begin = space->count = 0;
}

uint64_t space_used(const struct space *space)
{
    return space->head - space->tail;
}

/* What is lost before the ring's end if so many blocks come next. */
static uint64_t wrap_loss(const struct space *space, uint64_t blocks)
{
    uint64_t left = space->blocks - space->head % space->blocks;

    return blocks > left ? left : 0;
}

bool space_place(const struct space *space, uint64_t blocks, uint64_t *ret_block)
{
    uint64_t loss = wrap_loss(space, blocks);

    if (blocks > space->batch_max || space_used(space) + loss + blocks > space->blocks)
        return false;
    *ret_block = (space->head + loss) % space->blocks;
    return true;
}

void space_take(struct space *space, uint64_t blocks, uint64_t next)
{
    uint64_t last = (space->begin + space->count) % space->blocks;

    space->head += wrap_loss(space, blocks) + blocks;
    must(space_used(space) <= space->blocks && space->count < space->blocks);
    space->batches[last] = (struct space_batch){ .next = next, .end = space->head };
    space->count++;
}

void space_release(struct space *space, uint64_t next)
{
    while (space->count > 0 && space->batches[space->begin].next <= next) {
        space->tail = space->batches[space->begin].end;
        space->begin = (space->begin + 1) % space->blocks;
        space->count--;
    }
}

uint64_t space_room(const struct space *space)
{
    uint64_t taken = space_used(space) + space->batch_max - 1;

    return taken < space->blocks ? space->blocks - taken : 0;
}
