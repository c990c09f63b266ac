/*
 * One thread of the generator: its lines, when they are asked, and what is counted.
 *
 * Closed loop: a line is asked again when it has answered. Open loop: requests are due at fixed
 * times, whatever the answers do; one that finds no free line waits, and its latency counts from
 * when it was due, so that a slow server cannot hide behind a slow client.
 */
#ifndef PANGATE_BENCH_ENGINE_H
#define PANGATE_BENCH_ENGINE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/err.h"
#include "bench/script.h"
#include "bench/tally.h"

struct target;

enum { GROUPS_MAX = 2 };

struct group { /* lines that call with one certificate */
    const struct target *target;
    struct script script;
    unsigned lines;
};

/* When things happen, for all engines of a round. The times are written before `go`. */
struct plan {
    struct group groups[GROUPS_MAX];
    size_t group_count;
    enum habit habit;
    bool resumed;
    unsigned engines, pipeline;
    double rate;        /* of each engine; 0: closed loop */
    uint64_t count;     /* answers of each engine after which it ends; 0: at stop_ns */
    int64_t begin_ns;   /* when the first request is due */
    int64_t measure_ns; /* what is asked before is warm-up */
    int64_t stop_ns;    /* what arrives after does not count for the rate */
    int64_t slice_ns;
    atomic_bool go, stop;
};

struct engine;

/* Makes its lines, in their share of the plan's groups; they begin to connect with
 * engine_start(). */
enum err engine_new(const struct plan *plan, struct engine **ret_engine);
void engine_free(struct engine *engine); /* accepts NULL */
enum err engine_start(struct engine *engine);
void engine_join(struct engine *engine);

/* From any thread. */
bool engine_is_ready(const struct engine *engine); /* every line has been open once */
bool engine_has_finished(const struct engine *engine);
uint64_t engine_answers(const struct engine *engine);

/* Why a line could not be opened before `go`; "" if all could. */
const char *engine_trouble(const struct engine *engine);

/* After engine_join(). */
const struct tally *engine_tally(const struct engine *engine);
int64_t engine_last_ns(const struct engine *engine); /* when the last answer came */

#endif
