#include "service/standing.h"

#include <stdlib.h>

struct standing *standing_new(const struct standing_limits *limits)
{
    struct standing *standing = calloc(1, sizeof(*standing));

    if (standing == NULL)
        return NULL;
    atomic_init(&standing->users, 1);
    rate_init(&standing->rate, limits->rate_per_second);
    velocity_init(&standing->velocity, limits->detokenize_per_minute, limits->detokenize_per_day);
    memory_init(&standing->memory, limits->memory_max);
    return standing;
}

struct standing *standing_hold(struct standing *standing)
{
    atomic_fetch_add(&standing->users, 1);
    return standing;
}

void standing_release(struct standing *standing)
{
    if (standing == NULL || atomic_fetch_sub(&standing->users, 1) > 1)
        return;
    free(standing);
}

void standing_limit(struct standing *standing, const struct standing_limits *limits)
{
    rate_limit(&standing->rate, limits->rate_per_second);
    velocity_limit(&standing->velocity, limits->detokenize_per_minute, limits->detokenize_per_day);
    memory_limit(&standing->memory, limits->memory_max);
}
