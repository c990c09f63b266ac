#include <stdio.h>
#include <stdlib.h>

#include "bench/command.h"
#include "bench/figures.h"
#include "bench/options.h"

static const char *say(struct comparison comparison, enum figure figure)
{
    const bool more_is_better = figure == FIGURE_RATE;

    if (figure == FIGURE_BATCH && comparison.verdict != SAME) /* neither good nor bad by itself */
        return comparison.verdict == MORE ? "more" : "less";
    switch (comparison.verdict) {
    case SAME: return "no difference";
    case MORE: return more_is_better ? "better" : "worse";
    case LESS: return more_is_better ? "worse" : "better";
    }
    return "";
}

static void print_comparison(const struct figures *a, const struct figures *b)
{
    (void)printf("%-28s %12s %12s   %s\n", "", "A", "B", "B / A");
    for (enum figure i = FIGURE_RATE; i < FIGURES; i++) {
        struct comparison comparison;

        if (a->samples[i].count == 0 || b->samples[i].count == 0)
            continue;
        comparison = sample_compare(&a->samples[i], &b->samples[i]);
        (void)printf("%-28s %12.1f %12.1f   %.3f +/- %.3f  %s\n", figure_name(i),
                     figures_median(a, i), figures_median(b, i), comparison.ratio,
                     comparison.noise * comparison.ratio, say(comparison, i));
    }
}

static enum err compare(const char *before, const char *after, struct why *why,
                        struct figures pair[2])
{
    TRY(figures_read(before, why, &pair[0]));
    TRY(figures_read(after, why, &pair[1]));
    print_comparison(&pair[0], &pair[1]);
    return OK;
}

int command_compare(const char *before, const char *after)
{
    struct figures *pair = calloc(2, sizeof(*pair));
    struct why why = { 0 };
    enum err err = pair == NULL ? ERR_MEMORY : compare(before, after, &why, pair);

    free(pair);
    return command_end(err, &why);
}
