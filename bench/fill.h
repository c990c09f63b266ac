/*
 * Cards put into a vault that nobody serves, as fast as its journal takes them: the rules and the
 * vault of the gateway in this process, without connections.
 *
 * The cards are those of KNOWN_SEED, so a workload that names as many finds them known. What is
 * under way at once is bounded, however many cards there are.
 */
#ifndef PANGATE_BENCH_FILL_H
#define PANGATE_BENCH_FILL_H

#include <stdatomic.h>

#include "base/why.h"
#include "bench/cards.h"
#include "service/clients.h"

enum { FILL_THREADS_MAX = 64 };

struct fill {
    struct vault *vault; /* lent, as all of them */
    struct keyring *keyring;
    const struct principal *principal; /* in whose name; it may tokenize */
    uint64_t count;                    /* of the cards, which begin with the first */
    unsigned threads;
    uint64_t sample_step;       /* the token of each so-many-th card is kept */
    struct tokens *sample;      /* room for all of them */
    atomic_uint_least64_t done; /* cards whose entry is on disk */
    atomic_bool failed;
    atomic_uint finished; /* threads */
};

/* Returns when everything is on disk. On a terminal, shows how far it is. */
enum err fill_run(struct fill *fill, struct why *why);

#endif
