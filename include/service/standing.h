/*
 * What a client has used up so far, its rate and its budgets, and what it holds just now.
 *
 * It outlives a reload: the table of clients that comes in takes over the standing of each client
 * that stays, by its name, under the limits that are now in force. Counted across threads.
 */
#ifndef PANGATE_SERVICE_STANDING_H
#define PANGATE_SERVICE_STANDING_H

#include "service/memory.h"
#include "service/rate.h"
#include "service/velocity.h"

struct standing {
    atomic_uint users;
    struct rate rate;
    struct velocity velocity;
    struct memory memory; /* of its requests in work */
};

struct standing_limits {
    uint32_t rate_per_second;                           /* each: 0: no limit */
    uint32_t detokenize_per_minute, detokenize_per_day; /* tokens */
    uint64_t memory_max;                                /* bytes */
};

/* With one user: the maker. NULL: no memory. */
struct standing *standing_new(const struct standing_limits *limits);
struct standing *standing_hold(struct standing *standing);
void standing_release(struct standing *standing); /* accepts NULL */

/* Other limits from now on; what was used stays used. */
void standing_limit(struct standing *standing, const struct standing_limits *limits);

#endif
