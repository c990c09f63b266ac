/*
 * Everything that a measurement needs before its first round: who calls, with what, and the cards
 * that must be known.
 */
#ifndef PANGATE_BENCH_SETUP_H
#define PANGATE_BENCH_SETUP_H

#include "base/why.h"
#include "bench/engine.h"
#include "bench/options.h"
#include "bench/target.h"

struct setup { /* declare with AUTO(setup_done) */
    struct target targets[GROUPS_MAX];
    size_t target_count;
    struct tokens tokens;
    struct plan plan; /* with groups and habit; a round adds its times */
};

/*
 * For a workload against --url. A call that the first certificate may not make (403) is made with
 * the second one, so their order does not matter. Cards become known by tokenizing them in
 * batches, with whichever certificate may.
 */
enum err setup_make(const struct options *options, const struct work *work, struct why *why,
                    struct setup *ret_setup);
void setup_done(struct setup *setup);

#endif
