#include "gateway/counters.h"

void counter_add(_Atomic uint64_t *counter, uint64_t value)
{
    uint64_t before = atomic_load_explicit(counter, memory_order_relaxed);

    atomic_store_explicit(counter, before + value, memory_order_relaxed);
}

void counter_sub(_Atomic uint64_t *counter, uint64_t value)
{
    counter_add(counter, 0 - value);
}

static size_t bucket_of(int64_t duration_ns)
{
    size_t bucket = 0;

    while (bucket < DURATION_BUCKETS && duration_ns > INT64_C(64000) << bucket)
        bucket++;
    return bucket;
}

/* Open addressing; what finds no row is left out of the table, never out of the durations. */
static void count_combination(struct counters *counters, uint32_t key)
{
    for (uint32_t i = 0; i < COUNTERS_REQUESTS_MAX; i++) {
        struct request_counter *row =
            &counters->requests[(key * UINT32_C(2654435761) + i) % COUNTERS_REQUESTS_MAX];
        uint32_t held = atomic_load_explicit(&row->key, memory_order_relaxed);
        if (held == 0)
            atomic_store_explicit(&row->key, key, memory_order_relaxed);
        if (held == 0 || held == key) {
            counter_add(&row->count, 1);
            return;
        }
    }
}

void counters_add_request(struct counters *counters, const struct request_facts *facts)
{
    uint32_t key = (uint32_t)facts->endpoint << 24 | (uint32_t)facts->method << 16 | facts->status;

    count_combination(counters, key + 1);
    counter_add(&counters->duration_buckets[bucket_of(facts->duration_ns)], 1);
    counter_add(&counters->duration_sum_ns, (uint64_t)facts->duration_ns);
}
