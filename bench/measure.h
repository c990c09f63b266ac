/*
 * All rounds of one workload against one server.
 */
#ifndef PANGATE_BENCH_MEASURE_H
#define PANGATE_BENCH_MEASURE_H

#include "bench/figures.h"

struct measurement {
    const struct options *options;
    const struct work *work;
    bool is_traced; /* a round more, that counts system calls and mallocs */
};

/* Connects as the options say, runs the rounds, fills the figures (large: on the heap). */
enum err measure(const struct measurement *measurement, struct why *why,
                 struct figures *ret_figures);

#endif
