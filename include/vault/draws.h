/*
 * How many draws new tokens took lately: a window over a format's last draws. A mean since the
 * start would hide for long that a format runs out.
 *
 * Zeroes are an empty window. One thread counts, any may look at both counts.
 */
#ifndef PANGATE_VAULT_DRAWS_H
#define PANGATE_VAULT_DRAWS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { DRAWS_WINDOW = 1024 };

struct draws {
    uint64_t made[DRAWS_WINDOW / 64]; /* a bit for each of the last draws: it made a token */
    uint32_t next;                    /* the oldest bit, once all are in use */
    _Atomic uint32_t count;           /* of draws in the window */
    _Atomic uint32_t made_count;      /* of those that made a token */
};

/* A value was drawn: it was free and made a token, or it was taken. */
void draws_add(struct draws *draws, bool made);

#endif
