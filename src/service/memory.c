#include "service/memory.h"

#include "base/must.h"

void memory_init(struct memory *memory, uint64_t max)
{
    atomic_init(&memory->max, max);
    atomic_init(&memory->used, 0);
}

void memory_limit(struct memory *memory, uint64_t max)
{
    atomic_store_explicit(&memory->max, max, memory_order_relaxed);
}

bool memory_take(struct memory *memory, uint64_t bytes)
{
    uint64_t max = memory_max(memory), before = memory_used(memory);

    do {
        if (bytes > max || before > max - bytes)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&memory->used, &before, before + bytes,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}

void memory_give(struct memory *memory, uint64_t bytes)
{
    uint64_t before = atomic_fetch_sub_explicit(&memory->used, bytes, memory_order_relaxed);

    must(before >= bytes);
}

uint64_t memory_max(const struct memory *memory)
{
    return atomic_load_explicit(&memory->max, memory_order_relaxed);
}

uint64_t memory_used(const struct memory *memory)
{
    return atomic_load_explicit(&memory->used, memory_order_relaxed);
}
