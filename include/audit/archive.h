/*
 * Keeping the log: what may leave the box, and when it may be forgotten.
 *
 * Entry files that are full and old enough move to an archive folder; their hash files stay, since
 * every later proof needs them. Nothing is deleted before its time (PCI DSS 10.5.1: twelve months,
 * three of them at hand), and only from the oldest on, so that one number says where the entries
 * begin.
 */
#ifndef PANGATE_AUDIT_ARCHIVE_H
#define PANGATE_AUDIT_ARCHIVE_H

#include <stdint.h>

#include "base/err.h"
#include "base/why.h"

enum { ARCHIVE_AT_HAND_DAYS = 92, ARCHIVE_KEEP_DAYS = 366 };

struct audit_archive {
    const char *folder;  /* the log */
    const char *archive; /* where entry files go; must be there */
    int64_t now_ms;
    int64_t at_hand_ms; /* what is younger stays in the log's folder */
    int64_t keep_ms;    /* what is younger is not deleted */
    struct why *why;    /* may be NULL */
};

/* Both periods as PCI DSS asks for them. */
void audit_archive_periods(struct audit_archive *archive);

/*
 * Move every entry file that is full, below entry `until`, and ended longer than at_hand_ms ago. A
 * file is checked against its hashes, copied and synced before it is removed, so this may end at
 * any point and be repeated. ERR_CORRUPT if a file is not what its hashes say: it stays.
 */
enum err audit_archive_move(const struct audit_archive *archive, uint64_t until,
                            uint64_t *ret_moved);

/*
 * The first entry that is still held, in folder or archive: what audit_verify() is told as
 * entries_from. ERR_CORRUPT if something is gone before its time.
 */
enum err audit_archive_first(const struct audit_archive *archive, uint64_t until,
                             uint64_t *ret_number);

/* Delete the oldest archived entry file. ERR_DENIED if it is not its time; ERR_NOT_FOUND if none
 * is archived. */
enum err audit_archive_delete(const struct audit_archive *archive, uint64_t until,
                              uint64_t *ret_first);

#endif
