#include <math.h>
#include <stdio.h>

#include "bench/measure.h"
#include "bench/row.h"

enum { MANY = 256 };

static void judge(struct arena *arena, const struct figures *figures)
{
    const double p99_us = figures_median(figures, FIGURE_P99);
    const double sync_us = figures_median(figures, FIGURE_SYNC_P99);
    struct verdict verdict = { .work = "detokenize at half of the highest rate",
                               .figure = "ms of its p99 beyond 2 x that of the sync",
                               .value = (p99_us - 2 * sync_us) / 1000,
                               .noise =
                                   sample_spread(&figures->samples[FIGURE_P99]) * p99_us / 1000,
                               .bar = 1,
                               .stretch = 0.5 };

    (void)snprintf(verdict.behind, sizeof(verdict.behind),
                   "%.0f /s; p99 %.0f us, of the journal's fdatasync %.0f us",
                   figures_median(figures, FIGURE_RATE), p99_us, sync_us);
    verdict_print(&verdict);
    verdicts_add(&arena->verdicts, &verdict);
}

/* The highest rate is what a closed loop of many connections reaches. */
static enum err run(struct arena *arena, struct figures *figures, struct why *why)
{
    struct options options = arena->options;
    const struct measurement measurement = { &options, work_find("detokenize"), false };

    options.connections = MANY;
    options.count = 0;
    options.rounds = 1;
    TRY(measure(&measurement, why, figures));
    options.rate = floor(figures_median(figures, FIGURE_RATE) / 2);
    options.rounds = arena->options.rounds;
    if (options.rate < 1)
        return why_say(why, ERR_INTERNAL, "no request was answered well");
    TRY(measure(&measurement, why, figures));
    judge(arena, figures);
    return OK;
}

enum err row_latency(struct arena *arena, struct why *why)
{
    return row_run(arena, run, why);
}
