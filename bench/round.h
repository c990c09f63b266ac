/*
 * One round of a measurement: connect, warm up, measure.
 */
#ifndef PANGATE_BENCH_ROUND_H
#define PANGATE_BENCH_ROUND_H

#include "base/why.h"
#include "bench/engine.h"
#include "bench/options.h"
#include "bench/trace.h"
#include "bench/vitals.h"

struct round { /* large: on the heap, or one at a time */
    struct tally tally;
    double seconds;       /* that were measured */
    double server_cpu_us; /* NAN if no process was named */
    double client_cpu_us;
    double resident_before, resident_after; /* bytes of the server; NAN */
    double written_bytes;                   /* that the server gave to its disks; NAN */
    struct vitals before, after;            /* of a gateway; else has_vitals is false */
    bool has_vitals;
};

struct course { /* what is run */
    const struct plan *plan;
    const struct options *options;
    int pid;                     /* of the server; 0: it is not watched */
    const struct config *config; /* of a gateway: its /metrics are read, too; NULL: of none */
    double *counts;  /* TRACED_KINDS of them, of the server while it is asked; NULL: not wanted */
    char label[128]; /* before the live line that a terminal gets */
};

enum err round_run(const struct course *course, struct why *why, struct round *ret_round);

/* A short round in which the server is traced: what each request made it ask for, NAN where that
 * cannot be counted. `round` is used and spoilt. */
enum err round_trace(const struct course *course, struct why *why, struct round *round,
                     double ret_counts[TRACED_KINDS]);

#endif
