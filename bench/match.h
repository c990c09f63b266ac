/*
 * The gateway beside its peers: the same load, the same cores, alternated rounds.
 */
#ifndef PANGATE_BENCH_MATCH_H
#define PANGATE_BENCH_MATCH_H

#include "bench/arena.h"
#include "bench/figures.h"

enum { MATCH_BARS = 4 };

struct bar {
    enum figure figure; /* FIGURE_RATE is to be reached, a cost not to be exceeded */
    enum peer_kind peer;
    double bar, stretch; /* as a multiple of the peer's */
};

struct match {
    const char *name;
    const char *work;
    unsigned connections;
    uint64_t count;        /* 0: for as long as a round takes */
    const char *peer_path; /* what nginx is asked for */
    bool has_tables;       /* Redis and PostgreSQL take part, too */
    bool has_share;        /* what share of the possible is reached? */
    bool is_forward;       /* nginx passes the same requests on to the same processor */
    bool has_added;        /* how much longer than through nginx does it take? */
    size_t bar_count;
    struct bar bars[MATCH_BARS];
};

const struct match *match_at(size_t index); /* NULL: after the last */

/* Runs it, prints it and adds to the arena's verdicts. */
enum err match_run(const struct match *match, struct arena *arena, struct why *why);

#endif
