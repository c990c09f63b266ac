#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/measure.h"
#include "bench/row.h"

enum { WITHOUT, WITH, SIDES, CONNECTIONS = 32 };

struct pair { /* one vault, served in turns with and without a bound on the sync */
    struct arena *arena;
    struct yard yard;
    struct sample rates[SIDES], p50_us[SIDES];
};

static const char *const options_of_sides[SIDES] = { NULL, "sync_bound = 10ms\n" };

static enum err play_round(struct pair *pair, size_t side, struct figures *figures, struct why *why)
{
    char paths[YARD_PATHS][PATH_SIZE];
    struct options options = pair->arena->options;
    const struct measurement measurement = { &options, work_find("detokenize"), false };

    yard_point(&pair->yard, paths, &options);
    options.rounds = 1;
    options.count = 0;
    options.connections = CONNECTIONS;
    TRY(measure(&measurement, why, figures));
    sample_add(&pair->rates[side], figures_median(figures, FIGURE_RATE));
    sample_add(&pair->p50_us[side], figures_median(figures, FIGURE_P50));
    return OK;
}

static enum err play(struct pair *pair, struct figures *figures, struct why *why)
{
    for (unsigned i = 0; i < pair->arena->options.rounds * SIDES; i++) {
        enum err err;

        pair->yard.more = options_of_sides[i % SIDES];
        err = yard_start(&pair->yard, &pair->arena->options, why);
        if (err == OK)
            err = play_round(pair, i % SIDES, figures, why);
        yard_stop(&pair->yard);
        TRY(err);
    }
    return OK;
}

static void judge(struct pair *pair)
{
    const struct comparison comparison = sample_compare(&pair->rates[WITHOUT], &pair->rates[WITH]);
    struct verdict verdict = { .work = "detokenize at 32, its sync bound to 10 ms",
                               .figure = "requests a second, x without a bound",
                               .value = comparison.ratio,
                               .noise = comparison.noise * comparison.ratio,
                               .bar = NAN,
                               .stretch = NAN };

    (void)snprintf(verdict.behind, sizeof(verdict.behind),
                   "%.0f against %.0f, p50 %.0f us against %.0f us",
                   sample_median(&pair->rates[WITH]), sample_median(&pair->rates[WITHOUT]),
                   sample_median(&pair->p50_us[WITH]), sample_median(&pair->p50_us[WITHOUT]));
    verdict_print(&verdict);
    verdicts_add(&pair->arena->verdicts, &verdict);
}

/* A gateway that knows no such option is not measured with it. */
static enum err run(struct pair *pair, struct figures *figures, struct why *why)
{
    const struct options *options = &pair->arena->options;

    TRY(yard_make(options, options->cards, why, &pair->yard));
    pair->yard.more = options_of_sides[WITH];
    TRY(yard_configure(&pair->yard, why));
    if (yard_command(&pair->yard, options, "check") != OK) {
        (void)fprintf(stderr, "pangate-bench: the gateway has no bound on the sync; that row is "
                              "left out\n");
        return OK;
    }
    TRY(play(pair, figures, why));
    judge(pair);
    return OK;
}

enum err row_bound(struct arena *arena, struct why *why)
{
    struct figures *figures = calloc(1, sizeof(*figures));
    struct pair *pair = calloc(1, sizeof(*pair));
    enum err err = figures == NULL || pair == NULL ? ERR_MEMORY : OK;

    if (err == OK) {
        arena_close_yard(arena); /* it may be the same */
        pair->arena = arena;
        err = run(pair, figures, why);
        yard_close(&pair->yard, &arena->options);
    }
    free(pair);
    free(figures);
    return err;
}
