/*
 * A few figures out of a few rounds: the median says where, the spread how sure.
 */
#ifndef PANGATE_BENCH_STATISTICS_H
#define PANGATE_BENCH_STATISTICS_H

#include <stddef.h>

enum { ROUNDS_MAX = 64 };

struct sample { /* one figure, round by round; zeroed: empty */
    double values[ROUNDS_MAX];
    size_t count;
};

void sample_add(struct sample *sample, double value); /* what does not fit is left out */

double sample_median(const struct sample *sample); /* NAN of an empty one */

/* Half the distance between the least and the greatest, as a share of the median; 0 for one. */
double sample_spread(const struct sample *sample);

/*
 * b against a. `noise` is how far the ratio may be off for no other reason than that rounds
 * differ: the two spreads, added as independent errors are.
 */
struct comparison {
    double ratio;
    double noise;
    enum { SAME, MORE, LESS } verdict; /* SAME: the difference is within the noise */
};

struct comparison sample_compare(const struct sample *a, const struct sample *b);

#endif
