#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/measure.h"
#include "bench/row.h"

enum { CARD_STEPS = 3, CONNECTION_STEPS = 4, CORE_STEPS = 2, FEWEST_CARDS = 10000 };

static const unsigned connection_steps[CONNECTION_STEPS] = { 1, 32, 256, 2000 };

struct growth {
    struct arena *arena;
    struct yard yard;
    unsigned cores;
    struct figures *figures;
};

/* Of us and of what we start from now on. */
static bool use_cores(unsigned cores)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    for (unsigned i = 0; i < cores; i++)
        CPU_SET(i, &set);
    return sched_setaffinity(0, sizeof(set), &set) == 0;
}

struct load { /* what was busy, as shares of the time */
    double cpu, journal;
};

static struct load find_load(const struct growth *growth)
{
    const struct figures *figures = growth->figures;
    const double rate = figures_median(figures, FIGURE_RATE);
    const double cpu_us =
        figures_median(figures, FIGURE_SERVER_CPU) + figures_median(figures, FIGURE_CLIENT_CPU);
    const double syncs = rate / figures_median(figures, FIGURE_BATCH);

    return (struct load){ rate * cpu_us / 1e6 / growth->cores,
                          syncs * figures_median(figures, FIGURE_SYNC) / 1e6 };
}

/* What the requests waited for, as far as the figures tell. */
static const char *name_bound(const struct growth *growth, struct load load)
{
    static const double busy = 0.8;

    if (growth->figures->total.good == 0)
        return "no answer came within the time";
    if (load.cpu >= busy)
        return "CPU bounds it";
    if (growth->figures->connections == 1)
        return "one sync after the other bounds it";
    return load.journal >= busy ? "the journal's sync bounds it" : "CPU and sync bound it together";
}

static void judge(struct growth *growth)
{
    const struct figures *figures = growth->figures;
    struct verdict verdict = { .figure = "detokenize a second",
                               .value = figures_median(figures, FIGURE_RATE),
                               .noise = sample_spread(&figures->samples[FIGURE_RATE]) *
                                        figures_median(figures, FIGURE_RATE),
                               .bar = NAN,
                               .stretch = NAN };
    const struct load load = find_load(growth);

    (void)snprintf(verdict.work, sizeof(verdict.work), "%llu cards, %u connections, %u core%s",
                   (unsigned long long)growth->yard.cards, figures->connections, growth->cores,
                   growth->cores == 1 ? "" : "s");
    (void)snprintf(verdict.behind, sizeof(verdict.behind),
                   "p50 %.0f, p99 %.0f us; %.1f us of CPU; %.0f entries a sync of %.0f us; cores "
                   "%.0f %%, journal %.0f %% busy: %s",
                   figures_median(figures, FIGURE_P50), figures_median(figures, FIGURE_P99),
                   figures_median(figures, FIGURE_SERVER_CPU),
                   figures_median(figures, FIGURE_BATCH), figures_median(figures, FIGURE_SYNC),
                   load.cpu * 100, load.journal * 100, name_bound(growth, load));
    (void)printf("  %s\n  ", verdict.work);
    verdict_print(&verdict);
    verdicts_add(&growth->arena->verdicts, &verdict);
}

static enum err run_connections(struct growth *growth, struct why *why)
{
    const unsigned most = growth->arena->options.connections;

    for (size_t i = 0; i < CONNECTION_STEPS && connection_steps[i] <= most; i++) {
        char paths[YARD_PATHS][PATH_SIZE];
        struct options options = growth->arena->options;
        const struct measurement measurement = { &options, work_find("detokenize"), false };

        yard_point(&growth->yard, paths, &options);
        options.connections = connection_steps[i];
        options.count = 0;
        TRY(measure(&measurement, why, growth->figures));
        judge(growth);
    }
    return OK;
}

static enum err run_cores(struct growth *growth, uint64_t cards, struct why *why)
{
    const unsigned all = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);

    for (growth->cores = 1; growth->cores <= CORE_STEPS && growth->cores <= all; growth->cores++) {
        struct options *options = &growth->arena->options;
        enum err err;

        if (!use_cores(growth->cores))
            return why_say(why, ERR_DENIED, "the cores cannot be chosen here");
        TRY(yard_make(options, cards, why, &growth->yard));
        growth->yard.workers = growth->cores;
        err = yard_start(&growth->yard, options, why);
        if (err == OK)
            err = run_connections(growth, why);
        yard_stop(&growth->yard);
        (void)use_cores(all);
        TRY(err);
    }
    return OK;
}

static enum err run(struct growth *growth, struct why *why)
{
    const struct options *options = &growth->arena->options;
    const uint64_t fewest = options->cards < FEWEST_CARDS ? options->cards / 2 + 1 : FEWEST_CARDS;
    const uint64_t steps[CARD_STEPS] = { fewest, options->cards, options->many };

    for (size_t i = 0; i < CARD_STEPS; i++) {
        const enum err err = run_cores(growth, steps[i], why);

        yard_close(&growth->yard, options);
        TRY(err);
    }
    return OK;
}

enum err row_growth(struct arena *arena, struct why *why)
{
    struct growth growth = { .arena = arena, .figures = calloc(1, sizeof(struct figures)) };
    enum err err = growth.figures == NULL ? ERR_MEMORY : OK;

    arena_close_yard(arena);
    if (err == OK)
        err = run(&growth, why);
    free(growth.figures);
    return err;
}
