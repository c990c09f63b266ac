#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_writer.h"
#include "bench/command.h"
#include "bench/operation.h"
#include "bench/options.h"
#include "crypto/library.h"
#include "wire/json.h"

enum { KEY_DURATION = 256, KEY_FOLDER, KEY_JSON, REPORT_MAX = 1 << 16, NUMBER_SIZE = 32 };

struct request { /* what the command line asks for */
    double seconds;
    const char *folder;
    bool json;
};

static const struct argp_option table[] = {
    { "duration", KEY_DURATION, "SECONDS", 0, "of each operation (0.5)", 0 },
    { "folder", KEY_FOLDER, "DIR", 0, "on the disk of the journal (/tmp)", 0 },
    { "json", KEY_JSON, NULL, 0, "print JSON on stdout instead of the table", 0 },
    { 0 },
};

static error_t on_option(int key, char *text, struct argp_state *state)
{
    struct request *request = state->input;
    char *end = NULL;

    switch (key) {
    case KEY_DURATION:
        request->seconds = strtod(text, &end);
        if (end == text || *end != '\0' || !(request->seconds >= 0.001 && request->seconds <= 600))
            argp_error(state, "--duration takes 0.001 to 600");
        return 0;
    case KEY_FOLDER: request->folder = text; return 0;
    case KEY_JSON: request->json = true; return 0;
    case ARGP_KEY_ARG: argp_error(state, "%s: there is no such argument", text); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static void write_cost(struct json_writer *json, const char *name,
                       const struct operation_cost *cost)
{
    char text[NUMBER_SIZE];

    json_open(json, name, '{');
    (void)snprintf(text, sizeof(text), "%.1f", cost->ns);
    json_raw(json, "ns", bytes_str(text));
    (void)snprintf(text, sizeof(text), "%.2f", cost->mallocs);
    json_raw(json, "mallocs", bytes_str(isnan(cost->mallocs) ? "null" : text));
    json_close(json, '}');
}

static void print_cost(const char *name, const struct operation_cost *cost)
{
    (void)printf("%-36s %10.0f ns ", name, cost->ns);
    if (isnan(cost->mallocs))
        (void)printf("%12s\n", "-");
    else
        (void)printf("%12.2f\n", cost->mallocs);
    (void)fflush(stdout);
}

static enum err run_all(const struct request *request, struct kit *kit, struct buf *report)
{
    struct json_writer json = json_writer_on(report);

    json_open(&json, NULL, '{');
    if (!request->json)
        (void)printf("%-36s %13s %12s\n", "", "each", "mallocs");
    for (size_t i = 0; operation_at(i) != NULL; i++) {
        const struct operation *operation = operation_at(i);
        struct operation_cost cost;

        TRY(operation_measure(operation, kit, request->seconds, &cost));
        write_cost(&json, operation->name, &cost);
        if (!request->json)
            print_cost(operation->name, &cost);
    }
    json_close(&json, '}');
    buf_add_str(report, "\n");
    return buf_check(report);
}

static enum err run(const struct request *request, struct why *why)
{
    struct kit kit AUTO(kit_close) = { 0 };
    struct buf report AUTO(buf_done);

    buf_init(&report, REPORT_MAX);
    TRY(crypto_start());
    json_library_start();
    TRY(kit_open(request->folder, why, &kit));
    TRY(run_all(request, &kit, &report));
    if (request->json)
        (void)fwrite(report.data, 1, report.size, stdout);
    return OK;
}

int command_core(int argc, char **argv)
{
    static const struct argp parser = {
        .options = table,
        .parser = on_option,
        .doc = "What the parts of a request cost, in this process and without a network.\v"
               "Mallocs are counted where perf may be used. The journal's part is that of an entry "
               "in the largest batches, sync included.",
    };
    struct request request = { .seconds = 0.5, .folder = "/tmp" };
    char name[] = "pangate-bench core";
    struct why why = { 0 };
    enum err err;

    argv[0] = name;
    (void)argp_parse(&parser, argc, argv, 0, NULL, &request);
    err = run(&request, &why);
    return command_end(err, &why);
}
