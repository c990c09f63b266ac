#include <math.h>
#include <stdio.h>

#include "bench/measure.h"
#include "bench/row.h"

/* A hair above one and none: what the journal's thread asks is counted, too. */
static const struct {
    enum figure figure;
    const char *title;
    double bar, stretch;
} bars[] = {
    { FIGURE_CALLS, "system calls per request", NAN, NAN },
    { FIGURE_READS, "reads per request", 1.05, 1.05 },
    { FIGURE_WRITES, "writes per request", 1.05, 1.05 },
    { FIGURE_EPOLL_CTLS, "epoll_ctl per request", 0.05, 0.05 },
    { FIGURE_MALLOCS, "mallocs per request", 8, 2 },
};

static void judge(struct arena *arena, const struct figures *figures)
{
    for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
        struct verdict verdict = { .value = figures_median(figures, bars[i].figure),
                                   .bar = bars[i].bar,
                                   .stretch = bars[i].stretch };

        (void)snprintf(verdict.work, sizeof(verdict.work), "%s, calls at 32", figures->name);
        (void)snprintf(verdict.figure, sizeof(verdict.figure), "%s", bars[i].title);
        verdict_print(&verdict);
        verdicts_add(&arena->verdicts, &verdict);
    }
}

static enum err run(struct arena *arena, struct figures *figures, struct why *why)
{
    struct options options = arena->options;
    const struct measurement measurement = { &options, work_find("inspect"), true };

    options.connections = 32;
    options.rounds = 1;
    options.count = 0;
    TRY(measure(&measurement, why, figures));
    if (figures->samples[FIGURE_CALLS].count == 0)
        (void)fprintf(stderr, "pangate-bench: perf counts nothing here; calls are left out\n");
    else
        judge(arena, figures);
    return OK;
}

enum err row_calls(struct arena *arena, struct why *why)
{
    return row_run(arena, run, why);
}
