/*
 * The ring file: one block that says what it is, then blocks for batches.
 *
 * The first block holds magic, version, the file's size, the random MAC that the first batch
 * names, and a MAC of these. It is written once. Blocks are counted from 0 behind it.
 */
#ifndef PANGATE_JOURNAL_RING_H
#define PANGATE_JOURNAL_RING_H

#include "base/why.h"
#include "crypto/mac.h"
#include "journal/journal.h"

struct ring {
    int fd;          /* -1: closed */
    uint64_t blocks; /* for batches */
    uint8_t first[JOURNAL_MAC_SIZE];
};

/* ERR_EXISTS if the folder holds a ring. */
enum err ring_check_absent(const char *folder, struct why *why);

/* Make `ring` in the folder, zeros and synced; it has its name only when it is whole. */
enum err ring_create(const char *folder, uint64_t size, struct mac *mac, struct why *why);

/* ERR_NOT_FOUND, ERR_CORRUPT, ERR_FORGED, ERR_NEWER. */
enum err ring_open(const char *folder, struct mac *mac, struct ring *ret_ring, struct why *why);

/* Accepts a ring that is closed. */
void ring_close(struct ring *ring);

/* `size` bytes from a block on; never past the end. */
enum err ring_read(const struct ring *ring, uint64_t block, void *ret_data, size_t size);

/* Whole blocks, written and synced. */
enum err ring_write(const struct ring *ring, uint64_t block, struct bytes blocks);

#endif
