#include "bench/measure.h"

#include <stdio.h>
#include <stdlib.h>

#include "bench/setup.h"
#include "gateway/config.h"

static enum err run_all(struct course *course, struct figures *figures, struct why *why,
                        struct round *round)
{
    const struct options *options = course->options;

    for (unsigned i = 0; i < options->rounds; i++) {
        (void)snprintf(course->label, sizeof(course->label), "%s, round %u of %u", figures->name,
                       i + 1, options->rounds);
        TRY(round_run(course, why, round));
        figures_add(figures, round);
    }
    return OK;
}

static enum err run_traced(const struct course *course, struct figures *figures, struct why *why,
                           struct round *round)
{
    double counts[TRACED_KINDS];

    if (course->pid == 0 || figures->total.good == 0)
        return OK;
    TRY(round_trace(course, why, round, counts));
    figures_add_counts(figures, counts);
    return OK;
}

static enum err run(const struct measurement *measurement, const struct setup *setup,
                    struct why *why, struct figures *figures)
{
    const int pid = measurement->options->pid;
    struct round *round = calloc(1, sizeof(*round));
    struct config *config = pid == 0 ? NULL : vitals_find(pid);
    struct course course = { &setup->plan, measurement->options, pid, config, NULL, "" };
    enum err err = round == NULL ? ERR_MEMORY : run_all(&course, figures, why, round);

    if (err == OK && measurement->is_traced)
        err = run_traced(&course, figures, why, round);
    config_free(config);
    free(round);
    return err;
}

enum err measure(const struct measurement *measurement, struct why *why,
                 struct figures *ret_figures)
{
    const struct options *options = measurement->options;
    struct setup setup AUTO(setup_done) = { 0 };

    *ret_figures = (struct figures){ .connections = options->connections,
                                     .rate = options->rate,
                                     .is_counted = options->count > 0 };
    (void)snprintf(ret_figures->name, sizeof(ret_figures->name), "%s", measurement->work->name);
    TRY(setup_make(options, measurement->work, why, &setup));
    return run(measurement, &setup, why, ret_figures);
}
