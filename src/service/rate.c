#include "service/rate.h"

enum { NS_PER_S = 1000000000 };

void rate_limit(struct rate *rate, uint32_t per_second)
{
    atomic_store_explicit(&rate->interval_ns, per_second == 0 ? 0 : NS_PER_S / (int64_t)per_second,
                          memory_order_relaxed);
}

void rate_init(struct rate *rate, uint32_t per_second)
{
    rate_limit(rate, per_second);
    atomic_init(&rate->expected_ns, 0);
}

enum err rate_take(struct rate *rate, int64_t now_ns, uint32_t count, uint32_t *ret_retry_s)
{
    const int64_t interval_ns = atomic_load_explicit(&rate->interval_ns, memory_order_relaxed);
    int64_t expected = atomic_load_explicit(&rate->expected_ns, memory_order_relaxed), next;

    if (interval_ns == 0)
        return OK;
    do {
        int64_t early_ns = expected + interval_ns - NS_PER_S - now_ns;
        next = (expected < now_ns ? now_ns : expected) + interval_ns * (int64_t)count;
        if (early_ns > 0) {
            *ret_retry_s = (uint32_t)((early_ns + NS_PER_S - 1) / NS_PER_S);
            return ERR_RATE;
        }
    } while (!atomic_compare_exchange_weak_explicit(&rate->expected_ns, &expected, next,
                                                    memory_order_relaxed, memory_order_relaxed));
    return OK;
}
