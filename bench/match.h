/*
 * The gateway beside its peers: the same load, the same cores, alternated rounds.
 */
#ifndef PANGATE_BENCH_MATCH_H
#define PANGATE_BENCH_MATCH_H

#include "base/why.h"
#include "bench/options.h"
#include "bench/histogram.h"
#include "bench/peer.h"

enum { MATCH_CONNECTIONS_MAX = 2048 };

struct arena { /* declare with AUTO(arena_done) */
    const struct options *options;
    struct peer_server peers[PEER_KINDS]; /* pid 0: it is missing */
    struct histogram syncs_ns;            /* fdatasync, between the rounds */
};

void arena_done(struct arena *arena);

struct match {
    const char *name;
    const char *work;
    unsigned connections;
    uint64_t count;           /* 0: for as long as a round takes */
    bool has_tables;          /* Redis and PostgreSQL take part, too */
    double cpu_bar, rate_bar; /* against nginx; 0: none */
};

const struct match *match_at(size_t index); /* NULL: after the last */

/* Runs it and prints it. */
enum err match_run(const struct match *match, struct arena *arena, struct why *why);

#endif
