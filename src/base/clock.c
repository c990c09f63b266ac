#include "base/clock.h"

#include <time.h>

#include "base/must.h"

static struct timespec clock_read(clockid_t id)
{
    struct timespec now;

    must(clock_gettime(id, &now) == 0);
    return now;
}

int64_t clock_wall_ms(void)
{
    struct timespec now = clock_read(CLOCK_REALTIME);

    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_mono_ms(void)
{
    return clock_mono_ns() / 1000000;
}

int64_t clock_mono_ns(void)
{
    struct timespec now = clock_read(CLOCK_MONOTONIC);

    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void clock_sleep_ms(int64_t ms)
{
    clock_sleep_ns(ms * 1000000);
}

void clock_sleep_ns(int64_t ns)
{
    struct timespec time = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

    (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}
