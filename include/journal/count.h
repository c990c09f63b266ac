/*
 * How many entries are known to be on disk, in a small file beside the ring.
 *
 * A torn last batch looks the same whether the power failed before it was synced or the disk lost
 * it afterwards. The count tells them apart, but for what came after it was last written. Two
 * records, written in turn, each in a block of its own: a torn write spoils one, and the other
 * still stands. The larger count that has its MAC holds.
 */
#ifndef PANGATE_JOURNAL_COUNT_H
#define PANGATE_JOURNAL_COUNT_H

#include "base/why.h"
#include "crypto/mac.h"
#include "journal/journal.h"

struct count {
    int fd; /* -1: closed */
    struct mac *mac;
    uint64_t value;
    unsigned slot; /* where the next record goes */
};

/* Make `count` in the folder, at 0, or anew. */
enum err count_create(const char *folder, struct mac *mac, struct why *why);

/* The MAC is lent until count_close(). ERR_NOT_FOUND; ERR_CORRUPT if both records are bad. */
enum err count_open(const char *folder, struct mac *mac, struct count *ret_count, struct why *why);
void count_close(struct count *count);

/* Write and sync a count that is not below the one before. */
enum err count_set(struct count *count, uint64_t value);

#endif
