/*
 * What an entry does, byte for byte: the payload of a journal entry.
 *
 * A payload is a leaf of the audit log, then the changes to
 * LMDB in order: a row to put, a row to delete, or a step of a tenant's counts. Replaying them
 * takes no decision. Public or sealed bytes only.
 */
#ifndef PANGATE_VAULT_CHANGE_H
#define PANGATE_VAULT_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/err.h"
#include "store/store.h"

enum change_kind { CHANGE_PUT = 1, CHANGE_DEL = 2, CHANGE_COUNT = 3 };

/* One change. Of a count: key is the count's row in `meta`. */
struct change {
    enum change_kind kind;
    enum store_table table;
    struct bytes key, value; /* lent from the payload */
    int cards, tombstones;   /* CHANGE_COUNT: steps of -1, 0, 1 */
};

void change_write(const struct change *change, struct buf *changes);

/* A payload from its halves. */
void change_payload(struct bytes leaf, struct bytes changes, struct buf *payload);

/* Begin to read: *ret_changes walks what comes behind the leaf. ERR_CORRUPT, or ERR_NEWER. */
enum err change_read(struct bytes payload, struct bytes *ret_leaf, struct cursor *ret_changes);

/* The next change; false at the end and when the payload makes no sense: ask cursor_end(). */
bool change_next(struct cursor *changes, struct change *ret_change);

#endif
