/*
 * The operations that `core` times: what a request is made of.
 */
#ifndef PANGATE_BENCH_OPERATION_H
#define PANGATE_BENCH_OPERATION_H

#include "bench/kit.h"

struct operation {
    const char *name;
    void (*run)(struct kit *kit); /* errors stick in it */
};

const struct operation *operation_at(size_t index); /* NULL: after the last */

struct operation_cost {
    double ns;
    double mallocs; /* NAN: could not be counted */
};

/* Run it for so long, and then a while again with its mallocs counted. */
enum err operation_measure(const struct operation *operation, struct kit *kit, double seconds,
                           struct operation_cost *ret_cost);

#endif
