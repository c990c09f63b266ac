/*
 * The rows of a table that are no plain match: each knows how it is measured.
 */
#ifndef PANGATE_BENCH_ROW_H
#define PANGATE_BENCH_ROW_H

#include "bench/arena.h"
#include "bench/figures.h"

struct row {
    const char *name;
    enum err (*run)(struct arena *arena, struct why *why); /* prints and adds verdicts */
};

enum err row_latency(struct arena *arena, struct why *why);
enum err row_lmdb(struct arena *arena, struct why *why);
enum err row_many(struct arena *arena, struct why *why);
enum err row_growth(struct arena *arena, struct why *why);
enum err row_bound(struct arena *arena, struct why *why);
enum err row_calls(struct arena *arena, struct why *why);

/* Call `run` with room for figures when a gateway of ours with options.cards stands: what rows of
 * one workload have in common. */
enum err row_run(struct arena *arena,
                 enum err (*run)(struct arena *arena, struct figures *figures, struct why *why),
                 struct why *why);

const struct row *row_at(size_t index); /* NULL: after the last */

#endif
