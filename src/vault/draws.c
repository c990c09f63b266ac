#include "vault/draws.h"

void draws_add(struct draws *draws, bool made)
{
    uint64_t *word = &draws->made[draws->next / 64];
    uint32_t bit = draws->next % 64;
    uint32_t oldest = (uint32_t)(*word >> bit & 1); /* 0 while the window fills */
    uint32_t count = atomic_load(&draws->count);

    *word = (*word & ~(UINT64_C(1) << bit)) | (uint64_t)made << bit;
    draws->next = (draws->next + 1) % DRAWS_WINDOW;
    atomic_store(&draws->made_count, atomic_load(&draws->made_count) - oldest + made);
    if (count < DRAWS_WINDOW)
        atomic_store(&draws->count, count + 1);
}
