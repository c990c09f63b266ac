/*
 * The form of a batch in the ring. All integers are big-endian.
 *
 *     0  magic (8)           28  MAC of the batch before, or the ring's random first (32)
 *     8  version (4)         60  own MAC: HMAC-SHA-256 of all before and behind it (32)
 *    12  number of the first entry (8)
 *    20  count of entries (4)          92  entries: size (4), payload
 *    24  size of the batch (4)             then zeros up to the block's end
 *
 * The zeros are no part of the batch. The header lies in one disk sector.
 */
#ifndef PANGATE_JOURNAL_BATCH_H
#define PANGATE_JOURNAL_BATCH_H

#include "base/buf.h"
#include "base/cursor.h"
#include "crypto/mac.h"
#include "journal/journal.h"

enum { BATCH_HEADER_SIZE = 92, BATCH_ENTRY_SIZE = 4 };

struct batch_header {
    uint64_t first;
    uint32_t count;
    uint32_t size; /* with the header, without the zeros */
    uint8_t before[JOURNAL_MAC_SIZE];
    uint8_t mac[JOURNAL_MAC_SIZE];
};

/* Entries below it are in this batch or before. */
static inline uint64_t batch_next(const struct batch_header *header)
{
    return header->first + header->count;
}

/* The blocks that `size` bytes of batch take. */
static inline uint64_t batch_blocks(uint64_t size)
{
    return (size + JOURNAL_BLOCK - 1) / JOURNAL_BLOCK;
}

/* Write the header, and its MAC over header and entries, to where the batch begins; the entries
 * stand behind it already. Sets header->mac. */
void batch_seal(struct mac *mac, struct batch_header *header, uint8_t *batch);

/* What the first bytes of a block say. False if no batch begins there or nothing in it makes
 * sense; true proves nothing. */
bool batch_peek(struct bytes block, struct batch_header *ret_header);

/* Whether these header->size bytes are what was sealed, entries and all. */
bool batch_is_valid(struct mac *mac, const struct batch_header *header, struct bytes batch);

/* On the entries of a valid batch; then header->count times batch_entry(). */
struct cursor batch_entries(struct bytes batch);
struct bytes batch_entry(struct cursor *entries);

#endif
