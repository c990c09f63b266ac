#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "bench/command.h"
#include "bench/folder.h"
#include "bench/html.h"
#include "bench/measure.h"
#include "bench/processor.h"

enum { REPORT_MAX = 1 << 22 };

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

static void release_processor(struct processor **processor)
{
    processor_stop(*processor);
}

/* The other end of `forward`, as long as the measurement takes. */
static enum err start_processor(const struct options *options, struct why *why,
                                struct processor **ret_processor)
{
    char certificate[PATH_SIZE], key[PATH_SIZE];
    const struct processor_options wanted = { .certificate = certificate,
                                              .key = key,
                                              .client_ca = options->ca,
                                              .port = options->processor,
                                              .threads = 1 };

    file_beside(options->ca, "processor.pem", certificate);
    file_beside(options->ca, "processor.key", key);
    return processor_start(&wanted, why, ret_processor);
}

static enum err run(const struct measurement *measurement, struct figures *figures, struct why *why)
{
    struct processor *processor AUTO(release_processor) = NULL;

    if (strcmp(measurement->work->name, "forward") == 0 && measurement->options->processor > 0)
        TRY(start_processor(measurement->options, why, &processor));
    TRY(measure(measurement, why, figures));
    TRY(show(measurement->options, figures, why));
    if (measurement->work->habit != HABIT_HOLD && figures->total.good == 0)
        return why_say(why, ERR_INTERNAL, "no request was answered well");
    return OK;
}

int command_work(const char *name, int argc, char **argv)
{
    struct figures *figures = calloc(1, sizeof(*figures));
    struct options options = { 0 };
    const struct measurement measurement = { &options, work_find(name), true };
    struct why why = { 0 };
    enum err err;

    options_parse(name, argc, argv, &options);
    if (figures == NULL)
        return EXIT_REFUSED;
    err = run(&measurement, figures, &why);
    free(figures);
    return command_end(err, &why);
}
