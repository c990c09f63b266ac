/*
 * The figures of a measurement: per round, and over the rounds.
 */
#ifndef PANGATE_BENCH_FIGURES_H
#define PANGATE_BENCH_FIGURES_H

#include "base/buf.h"
#include "base/why.h"
#include "bench/round.h"
#include "bench/statistics.h"

enum figure {
    FIGURE_RATE, /* requests per second */
    FIGURE_P50,  /* microseconds, as all latencies */
    FIGURE_P90,
    FIGURE_P99,
    FIGURE_P99_9,
    FIGURE_MAX,
    FIGURE_SERVER_CPU, /* microseconds per request */
    FIGURE_CLIENT_CPU,
    FIGURE_CONNECTION, /* bytes of the server's memory per connection */
    FIGURE_RESIDENT,   /* bytes of the server's memory */
    FIGURE_BATCH,      /* entries per sync of the journal */
    FIGURE_SYNC,       /* microseconds of each, as the journal saw it */
    FIGURE_SYNC_P99,
    FIGURE_DISK,  /* bytes given to the disk per request */
    FIGURE_CALLS, /* of the system, per request, as all that follow */
    FIGURE_READS,
    FIGURE_WRITES,
    FIGURE_EPOLL_CTLS,
    FIGURE_MALLOCS,
    FIGURES
};

struct figures {
    char name[64];
    unsigned connections;
    struct sample samples[FIGURES];
    struct tally total; /* of all rounds */
    unsigned unsteady;  /* rounds that had not settled */
    double rate;        /* open loop; 0: closed */
    bool is_counted;    /* by --count: there is no steady state to look for */
};

const char *figure_name(enum figure figure);

void figures_add(struct figures *figures, const struct round *round);

/* What round_trace() counted. */
void figures_add_counts(struct figures *figures, const double counts[TRACED_KINDS]);
double figures_median(const struct figures *figures, enum figure figure);

/* For people. */
void figures_print(const struct figures *figures);

/* For machines. */
void figures_json(const struct figures *figures, struct buf *ret_text);

/* Read back, as far as a comparison needs it. ERR_NOT_FOUND, ERR_CORRUPT; `why` says. */
enum err figures_read(const char *path, struct why *why, struct figures *ret_figures);

#endif
