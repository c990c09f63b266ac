#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/command.h"
#include "bench/figures.h"
#include "bench/html.h"
#include "bench/setup.h"

enum { REPORT_MAX = 1 << 22 };

static enum err run_rounds(const struct options *options, const struct setup *setup,
                           struct why *why, struct figures *figures)
{
    struct round *round = calloc(1, sizeof(*round));
    enum err err = round == NULL ? ERR_MEMORY : OK;

    for (unsigned i = 0; i < options->rounds && err == OK; i++) {
        struct course course = { &setup->plan, options, options->pid, "" };

        (void)snprintf(course.label, sizeof(course.label), "%s, round %u of %u", figures->name,
                       i + 1, options->rounds);
        err = round_run(&course, why, round);
        if (err == OK)
            figures_add(figures, round);
    }
    free(round);
    return err;
}

static enum err show(const struct options *options, const struct figures *figures, struct why *why)
{
    struct buf text AUTO(buf_done);

    buf_init(&text, REPORT_MAX);
    if (options->html != NULL)
        TRY(html_write(options->html, figures, 1, why));
    if (!options->json) {
        figures_print(figures);
        return OK;
    }
    figures_json(figures, &text);
    TRY(buf_check(&text));
    (void)fwrite(text.data, 1, text.size, stdout);
    return OK;
}

static enum err measure(const struct options *options, const struct work *work,
                        struct figures *figures, struct why *why)
{
    struct setup setup AUTO(setup_done) = { 0 };

    TRY(setup_make(options, work, why, &setup));
    TRY(run_rounds(options, &setup, why, figures));
    TRY(show(options, figures, why));
    if (work->habit != HABIT_HOLD && figures->total.good == 0)
        return why_say(why, ERR_INTERNAL, "no request was answered well");
    return OK;
}

int command_work(const char *name, int argc, char **argv)
{
    const struct work *work = work_find(name);
    struct figures *figures = calloc(1, sizeof(*figures));
    struct options options = { 0 };
    struct why why = { 0 };
    enum err err;

    options_parse(name, argc, argv, &options);
    if (figures == NULL)
        return EXIT_REFUSED;
    (void)snprintf(figures->name, sizeof(figures->name), "%s", name);
    figures->connections = options.connections;
    figures->rate = options.rate;
    figures->is_counted = options.count > 0;
    err = measure(&options, work, figures, &why);
    if (err != OK)
        (void)fprintf(stderr, "pangate-bench: %s\n",
                      why.text[0] == '\0' ? err_text(err) : why.text);
    free(figures);
    return err == OK ? EXIT_DONE : EXIT_REFUSED;
}
