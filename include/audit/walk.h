/*
 * A tree that grows leaf by leaf, and heads that it must have on the way.
 */
#ifndef PANGATE_AUDIT_WALK_H
#define PANGATE_AUDIT_WALK_H

#include <stdint.h>

#include "audit/tree.h"
#include "base/err.h"
#include "base/why.h"
#include "crypto/merkle.h"

enum { WALK_MARKS_MAX = 3 };

/* A head that somebody remembers, and how to name who does. */
struct walk_mark {
    const char *name;
    struct merkle_head head;
};

struct walk {
    struct hash *hash;
    struct merkle_edge edge; /* of the leaves so far; zeroes to begin with */
    struct walk_mark marks[WALK_MARKS_MAX];
    unsigned mark_count;
    uint64_t agreed; /* a mark agreed up to here */
};

/* Remember a head; before the walk has passed its size. */
void walk_expect(struct walk *walk, const char *name, const struct merkle_head *head);

/* One leaf further, or none: compare with the marks of the size that the tree has now. ERR_FORGED,
 * and a sentence that says from which entry to which the log is another. */
enum err walk_step(struct walk *walk, const struct merkle_hash *leaf,
                   struct audit_growth *ret_growth, struct why *why);
enum err walk_check(struct walk *walk, struct why *why);

/* The walk is over: ERR_ROLLED_BACK if a mark lies beyond, for the log was longer once. */
enum err walk_end(const struct walk *walk, struct why *why);

#endif
