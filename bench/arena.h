/*
 * Where the gateway and its peers meet: who runs, and what came out so far.
 */
#ifndef PANGATE_BENCH_ARENA_H
#define PANGATE_BENCH_ARENA_H

#include "base/why.h"
#include "bench/histogram.h"
#include "bench/options.h"
#include "bench/peer.h"
#include "bench/verdicts.h"
#include "bench/yard.h"

enum { ARENA_CONNECTIONS_MAX = 2048 };

struct arena { /* declare with AUTO(arena_done); large: not on a thread's small stack */
    struct options options;               /* of all matches; its url and pid are the gateway's */
    struct peer_server peers[PEER_KINDS]; /* pid 0: it is missing */
    struct histogram syncs_ns;            /* fdatasync, between the rounds of a match */
    struct verdicts verdicts;
    struct processor *processor; /* of forwards through a gateway of ours; NULL: there is none */
    struct yard yard;            /* folder "": the gateway is not ours */
    char paths[YARD_PATHS][PATH_SIZE]; /* what options points to */
};

/* Start the peers beside the gateway of arena->options. What is not installed is left out, and
 * stderr says so. */
enum err arena_open(struct arena *arena, struct why *why);

/* Make a gateway of ours with so many cards, start it, and let arena->options point to it. One
 * that runs with as many is kept, another one is closed. */
enum err arena_open_yard(struct arena *arena, uint64_t cards, struct why *why);

/* Stop it. Its folder goes, unless options.keep is set. */
void arena_close_yard(struct arena *arena);

/* Peers and gateway stop; their folders go. */
void arena_done(struct arena *arena);

#endif
