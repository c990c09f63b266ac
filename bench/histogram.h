/*
 * A histogram of latencies with the same relative error everywhere, after Gil Tene's HdrHistogram:
 * every power of two is cut into 128 equal steps, so a value is off by less than 0.8 %, and
 * counting one costs a few instructions.
 */
#ifndef PANGATE_BENCH_HISTOGRAM_H
#define PANGATE_BENCH_HISTOGRAM_H

#include <stdint.h>

enum {
    HISTOGRAM_STEP_BITS = 7,
    HISTOGRAM_STEPS = 1 << HISTOGRAM_STEP_BITS,
    HISTOGRAM_VALUE_BITS = 40, /* 18 minutes in nanoseconds; what is above counts as that */
    HISTOGRAM_SLOTS = (HISTOGRAM_VALUE_BITS - HISTOGRAM_STEP_BITS + 1) * HISTOGRAM_STEPS,
};

struct histogram { /* zeroed: empty */
    uint64_t count;
    uint64_t most; /* the largest value, exactly */
    uint64_t slots[HISTOGRAM_SLOTS];
};

void histogram_add(struct histogram *histogram, uint64_t value);
void histogram_merge(struct histogram *to, const struct histogram *from);

/* The least value that `share` (0 to 1) of all values do not exceed; 0 of an empty one. */
uint64_t histogram_at(const struct histogram *histogram, double share);

#endif
