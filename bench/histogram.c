#include "bench/histogram.h"

#include <stddef.h>

/* Values below HISTOGRAM_STEPS have a slot of their own; above, the bits after the leading one
 * choose the step. */
static size_t slot_of(uint64_t value)
{
    const uint64_t most = (UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1;
    unsigned shift;

    value = value > most ? most : value;
    if (value < HISTOGRAM_STEPS)
        return (size_t)value;
    shift = 63U - (unsigned)__builtin_clzll(value) - HISTOGRAM_STEP_BITS;
    return (size_t)(shift + 1) * HISTOGRAM_STEPS + (size_t)(value >> shift) - HISTOGRAM_STEPS;
}

/* The largest value that falls into the slot. */
static uint64_t slot_top(size_t slot)
{
    const size_t power = slot / HISTOGRAM_STEPS;
    const uint64_t step = slot % HISTOGRAM_STEPS;

    if (power == 0)
        return step;
    return ((HISTOGRAM_STEPS + step + 1) << (power - 1)) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
    histogram->count++;
    histogram->slots[slot_of(value)]++;
    if (value > histogram->most)
        histogram->most = value;
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
    to->count += from->count;
    to->most = from->most > to->most ? from->most : to->most;
    for (size_t i = 0; i < HISTOGRAM_SLOTS; i++)
        to->slots[i] += from->slots[i];
}

uint64_t histogram_at(const struct histogram *histogram, double share)
{
    const double wanted = share * (double)histogram->count;
    uint64_t seen = 0;

    for (size_t i = 0; i < HISTOGRAM_SLOTS; i++) {
        seen += histogram->slots[i];
        if (seen > 0 && (double)seen >= wanted)
            return slot_top(i) < histogram->most ? slot_top(i) : histogram->most;
    }
    return histogram->most;
}
