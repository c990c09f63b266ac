#include "journal/scan.h"

#include <inttypes.h>
#include <stdlib.h>

enum { CHUNK_BLOCKS = 256, FIRST_CAPACITY = 64 };

void scan_done(struct scan *scan)
{
    free(scan->batches);
    free(scan->data);
    scan->batches = NULL;
    scan->data = NULL;
    scan->count = scan->capacity = 0;
}

/* ERR_CORRUPT if no such batch stands there. */
enum err scan_read(struct scan *scan, const struct scan_batch *batch, struct bytes *ret_batch)
{
    struct bytes bytes = bytes_of(scan->data, batch->header.size);

    if (batch_blocks(bytes.size) > scan->ring->blocks - batch->block)
        return ERR_CORRUPT;
    TRY(ring_read(scan->ring, batch->block, scan->data, bytes.size));
    if (!batch_is_valid(scan->mac, &batch->header, bytes))
        return ERR_CORRUPT;
    *ret_batch = bytes;
    return OK;
}

static enum err scan_add(struct scan *scan, const struct scan_batch *batch)
{
    if (scan->count == scan->capacity) {
        size_t capacity = scan->capacity == 0 ? FIRST_CAPACITY : 2 * scan->capacity;
        struct scan_batch *batches = realloc(scan->batches, capacity * sizeof(*batches));

        if (batches == NULL)
            return ERR_MEMORY;
        scan->batches = batches;
        scan->capacity = capacity;
    }
    scan->batches[scan->count++] = *batch;
    return OK;
}

static bool is_applied(const struct batch_header *header, const struct journal_position *applied)
{
    return batch_next(header) == applied->next &&
           memcmp(header->mac, applied->mac, sizeof(applied->mac)) == 0;
}

/* Keep what is behind the position, and note where the position itself ends. Earlier batches are
 * not even proved: nothing rests on them. */
static enum err look_at(struct scan *scan, const struct journal_position *applied,
                        const struct scan_batch *batch)
{
    bool is_behind = batch_next(&batch->header) > applied->next;
    struct bytes bytes;
    enum err err;

    if (!is_behind && !is_applied(&batch->header, applied))
        return OK;
    err = scan_read(scan, batch, &bytes);
    if (err == ERR_CORRUPT)
        return OK;
    if (err == OK && is_behind)
        return scan_add(scan, batch);
    if (err == OK)
        scan->head = batch->block + batch_blocks(bytes.size);
    return err;
}

static enum err look_at_chunk(struct scan *scan, const struct journal_position *applied,
                              uint64_t block, struct bytes chunk)
{
    for (size_t at = 0; at < chunk.size; at += JOURNAL_BLOCK) {
        struct scan_batch batch = { .block = block + at / JOURNAL_BLOCK };

        if (batch_peek(bytes_of(chunk.data + at, JOURNAL_BLOCK), &batch.header))
            TRY(look_at(scan, applied, &batch));
    }
    return OK;
}

static void free_chunk(uint8_t **chunk)
{
    free(*chunk);
}

static size_t largest_batch(const struct ring *ring)
{
    uint64_t size = ring->blocks * JOURNAL_BLOCK;

    return size < JOURNAL_BATCH_MAX ? size : JOURNAL_BATCH_MAX;
}

static enum err read_all(struct scan *scan, const struct journal_position *applied)
{
    uint8_t *chunk AUTO(free_chunk) = malloc((size_t)CHUNK_BLOCKS * JOURNAL_BLOCK);

    scan->data = malloc(largest_batch(scan->ring));
    if (chunk == NULL || scan->data == NULL)
        return ERR_MEMORY;
    for (uint64_t block = 0; block < scan->ring->blocks; block += CHUNK_BLOCKS) {
        uint64_t left = scan->ring->blocks - block;
        size_t size = (left < CHUNK_BLOCKS ? left : CHUNK_BLOCKS) * JOURNAL_BLOCK;

        TRY(ring_read(scan->ring, block, chunk, size));
        TRY(look_at_chunk(scan, applied, block, bytes_of(chunk, size)));
    }
    return OK;
}

static int by_first(const void *a, const void *b)
{
    uint64_t first_a = ((const struct scan_batch *)a)->header.first;
    uint64_t first_b = ((const struct scan_batch *)b)->header.first;

    return first_a < first_b ? -1 : first_a > first_b;
}

static enum err judge(const struct scan *scan, const struct journal_position *applied,
                      struct why *why)
{
    struct journal_position end = *applied;

    for (size_t i = 0; i < scan->count; i++) {
        const struct batch_header *header = &scan->batches[i].header;

        if (header->first > end.next)
            return why_say(why, ERR_CORRUPT,
                           "the journal is damaged: entry %" PRIu64
                           " is missing, and entry %" PRIu64 " is there",
                           end.next, header->first);
        if (header->first < end.next || memcmp(header->before, end.mac, sizeof(end.mac)) != 0)
            return why_say(why, ERR_CORRUPT,
                           "the journal is damaged, or is not that of this vault: what it holds at "
                           "entry %" PRIu64 " does not follow what stands before entry %" PRIu64,
                           header->first, end.next);
        end.next = batch_next(header);
        memcpy(end.mac, header->mac, sizeof(end.mac));
    }
    return OK;
}

enum err scan_ring(struct scan *scan, const struct journal_position *applied, struct why *why)
{
    enum err err = read_all(scan, applied);

    if (err != OK)
        return why_say(why, err, "the journal cannot be read: %m");
    if (scan->count > 0)
        qsort(scan->batches, scan->count, sizeof(*scan->batches), by_first);
    return judge(scan, applied, why);
}
