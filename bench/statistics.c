#include "bench/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double noise_least = 0.02; /* one round says nothing of its spread */

void sample_add(struct sample *sample, double value)
{
    if (sample->count < ROUNDS_MAX && !isnan(value))
        sample->values[sample->count++] = value;
}

static int compare_values(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

static struct sample sorted(const struct sample *sample)
{
    struct sample copy = *sample;

    qsort(copy.values, copy.count, sizeof(copy.values[0]), compare_values);
    return copy;
}

double sample_median(const struct sample *sample)
{
    const struct sample copy = sorted(sample);
    const size_t middle = copy.count / 2;

    if (copy.count == 0)
        return NAN;
    if (copy.count % 2 == 1)
        return copy.values[middle];
    return (copy.values[middle - 1] + copy.values[middle]) / 2;
}

double sample_spread(const struct sample *sample)
{
    const struct sample copy = sorted(sample);
    const double median = sample_median(sample);

    if (copy.count < 2 || median == 0)
        return 0;
    return (copy.values[copy.count - 1] - copy.values[0]) / 2 / fabs(median);
}

struct comparison sample_compare(const struct sample *a, const struct sample *b)
{
    const double spread = hypot(sample_spread(a), sample_spread(b));
    const double base = sample_median(a), other = sample_median(b);
    struct comparison comparison = { .ratio = other / base, .verdict = SAME };

    if (base == other)
        comparison.ratio = 1;
    comparison.noise = spread > noise_least ? spread : noise_least;
    if (comparison.ratio > 1 + comparison.noise)
        comparison.verdict = MORE;
    else if (comparison.ratio < 1 / (1 + comparison.noise))
        comparison.verdict = LESS;
    return comparison;
}
