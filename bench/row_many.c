#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/measure.h"
#include "bench/row.h"

enum { FEW, MANY, SIDES };

struct pair { /* two vaults, one after the other asked the same */
    struct arena *arena;
    struct yard yards[SIDES];
    struct sample cpu_us[SIDES];
};

static void pair_stop(struct pair *pair)
{
    for (size_t i = 0; i < SIDES; i++)
        yard_close(&pair->yards[i], &pair->arena->options);
}

static enum err play(struct pair *pair, struct figures *figures, struct why *why)
{
    const unsigned rounds = pair->arena->options.rounds;

    for (unsigned i = 0; i < rounds * SIDES; i++) {
        char paths[YARD_PATHS][PATH_SIZE];
        struct options options = pair->arena->options;
        const struct measurement measurement = { &options, work_find("detokenize"), false };

        yard_point(&pair->yards[i % SIDES], paths, &options);
        options.rounds = 1;
        options.count = 0;
        options.connections = 32;
        TRY(measure(&measurement, why, figures));
        sample_add(&pair->cpu_us[i % SIDES], figures_median(figures, FIGURE_SERVER_CPU));
    }
    return OK;
}

static void judge(struct pair *pair, const char *figure, struct verdict verdict)
{
    (void)snprintf(verdict.work, sizeof(verdict.work), "%llu cards",
                   (unsigned long long)pair->yards[MANY].cards);
    (void)snprintf(verdict.figure, sizeof(verdict.figure), "%s", figure);
    verdict_print(&verdict);
    verdicts_add(&pair->arena->verdicts, &verdict);
}

static void judge_cpu(struct pair *pair)
{
    const struct comparison comparison = sample_compare(&pair->cpu_us[FEW], &pair->cpu_us[MANY]);
    struct verdict verdict = { .value = comparison.ratio,
                               .noise = comparison.noise * comparison.ratio,
                               .bar = 1.3,
                               .stretch = 1.15 };
    char figure[VERDICT_TEXT_SIZE];

    (void)snprintf(figure, sizeof(figure), "CPU per detokenize, x that of %llu cards",
                   (unsigned long long)pair->yards[FEW].cards);
    (void)snprintf(verdict.behind, sizeof(verdict.behind), "%.1f us against %.1f us",
                   sample_median(&pair->cpu_us[MANY]), sample_median(&pair->cpu_us[FEW]));
    judge(pair, figure, verdict);
}

static void judge_size(struct pair *pair)
{
    const struct yard *yard = &pair->yards[MANY];
    const double cards = (double)yard->cards;

    judge(pair, "bytes per card in the vault's file, compacted",
          (struct verdict){ .value = (double)yard_bytes(yard, "vault/vault.mdb") / cards,
                            .bar = 420,
                            .stretch = 330 });
    judge(pair, "bytes per card in the audit log",
          (struct verdict){ .value = (double)yard_bytes(yard, "vault/audit") / cards,
                            .bar = NAN,
                            .stretch = NAN });
}

/* Size and start come first, before anything was written behind the compaction. */
static enum err run(struct pair *pair, struct figures *figures, struct why *why)
{
    struct options *options = &pair->arena->options;
    struct yard *many = &pair->yards[MANY];

    TRY(yard_make(options, options->cards, why, &pair->yards[FEW]));
    TRY(yard_make(options, options->many, why, many));
    if (yard_command(many, options, "compact") != OK)
        return why_say(why, ERR_IO, "%s could not be compacted", many->folder);
    judge_size(pair);
    TRY(yard_start(many, options, why));
    judge(pair, "seconds from start until serving",
          (struct verdict){ .value = many->start_s, .bar = 2, .stretch = 0.5 });
    TRY(yard_start(&pair->yards[FEW], options, why));
    TRY(play(pair, figures, why));
    judge_cpu(pair);
    return OK;
}

enum err row_many(struct arena *arena, struct why *why)
{
    struct figures *figures = calloc(1, sizeof(*figures));
    struct pair *pair = calloc(1, sizeof(*pair));
    enum err err = figures == NULL || pair == NULL ? ERR_MEMORY : OK;

    if (err == OK) {
        arena_close_yard(arena); /* it may be one of the two */
        pair->arena = arena;
        err = run(pair, figures, why);
        pair_stop(pair);
    }
    free(pair);
    free(figures);
    return err;
}
