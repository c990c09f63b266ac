/*
 * Bytes that requests hold while they are in work: so many of them, for one client or for all.
 *
 * A count, not an allocator: who is about to need memory takes it here first. All workers share
 * one without a lock.
 */
#ifndef PANGATE_SERVICE_MEMORY_H
#define PANGATE_SERVICE_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct memory {
    _Atomic uint64_t max, used;
};

void memory_init(struct memory *memory, uint64_t max);

/* Another bound from now on; what is held stays held. */
void memory_limit(struct memory *memory, uint64_t max);

/* All of it, or false and nothing. */
bool memory_take(struct memory *memory, uint64_t bytes);
void memory_give(struct memory *memory, uint64_t bytes);

uint64_t memory_max(const struct memory *memory);
uint64_t memory_used(const struct memory *memory);

#endif
