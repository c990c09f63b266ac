/*
 * What one thread of the generator counts during one round.
 */
#ifndef PANGATE_BENCH_TALLY_H
#define PANGATE_BENCH_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "bench/histogram.h"

enum { CODES_MAX = 32, CODE_SIZE = 48, SLICES = 60 };

struct code_count {
    char code[CODE_SIZE]; /* as the server names it: "429 too_many_requests" */
    uint64_t count;
};

struct tally {                   /* zeroed: empty */
    struct histogram latency_ns; /* of good answers */
    uint64_t good, bad;
    struct code_count codes[CODES_MAX]; /* of what went wrong */
    size_t code_count;
    uint64_t slices[SLICES]; /* good answers per equal part of the measured time */
};

void tally_good(struct tally *tally, uint64_t latency_ns);
void tally_bad(struct tally *tally, const char *code);
void tally_merge(struct tally *to, const struct tally *from);

/* How far the second half of the slices is from the first, as a share of their mean. Above
 * STEADY_SHARE the round had not settled. */
double tally_drift(const struct tally *tally);

#define STEADY_SHARE 0.1

#endif
