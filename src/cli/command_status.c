#include <stdio.h>

#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/config_argument.h"
#include "wire/json.h"

enum { STATUS_MAX = 1 << 20 };

struct arguments {
    const char *path;
    bool json;
};

static const struct argp_option status_options[] = {
    { "config", 'c', "FILE", 0, "the configuration", 0 },
    { "json", 'j', NULL, 0, "print it as JSON", 0 },
    { 0 },
};

static error_t on_argument(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'c': arguments->path = text; return 0;
    case 'j': arguments->json = true; return 0;
    case ARGP_KEY_END:
        if (arguments->path == NULL)
            argp_error(state, "-c FILE is missing");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static void print_text(struct json_reader *reader, const char *name)
{
    struct bytes text = { 0 };

    if (json_take_text(reader, name, &text))
        (void)printf("%-12s %.*s\n", name, (int)text.size, (const char *)text.data);
}

static void print_integer(struct json_reader *reader, const char *name, const char *label)
{
    int64_t value;

    if (json_take_integer(reader, name, &value))
        (void)printf("%-12s %lld\n", label, (long long)value);
}

static bool take_flag(struct json_reader *reader, const char *name)
{
    bool value = false;

    return json_take_bool(reader, name, &value) && value;
}

/* One line each: how far, how far behind, and why. */
static void print_sinks(struct json_reader *status)
{
    struct json_items items = { 0 };
    const struct json_node *node;

    (void)json_take_items(status, "sinks", &items);
    while ((node = json_items_next(&items)) != NULL) {
        struct json_reader sink = json_reader_on(node, status->fault);
        struct bytes name = { 0 }, reason = { 0 };
        int64_t position = 0, behind = 0;

        (void)json_take_text(&sink, "name", &name);
        (void)json_take_text(&sink, "reason", &reason);
        (void)json_take_integer(&sink, "position", &position);
        (void)json_take_integer(&sink, "behind", &behind);
        (void)printf("%-12s %.*s: %lld arrived, %lld behind%s%s%.*s\n", "sink", (int)name.size,
                     (const char *)name.data, (long long)position, (long long)behind,
                     take_flag(&sink, "late") ? ", late" : "", reason.size == 0 ? "" : ": ",
                     (int)reason.size, (const char *)reason.data);
    }
}

static enum err print_people(struct bytes text)
{
    struct json_doc doc AUTO(json_doc_done) = { 0 };
    struct json_fault fault = { 0 };
    struct json_reader status, journal, vault;

    TRY(json_doc_read(text, &doc));
    status = json_reader_on(json_doc_root(&doc), &fault);
    print_text(&status, "state");
    print_text(&status, "version");
    print_integer(&status, "pid", "pid");
    print_text(&status, "started_at");
    print_integer(&status, "workers", "workers");
    print_integer(&status, "connections", "connections");
    if (json_take_object(&status, "journal", &journal)) {
        print_integer(&journal, "next", "entries");
        print_integer(&journal, "applied", "applied");
    }
    if (json_take_object(&status, "vault", &vault)) {
        print_integer(&vault, "cards", "cards");
        print_integer(&vault, "bytes", "vault bytes");
    }
    print_sinks(&status);
    return fault.err;
}

static enum err print_status(const struct config *config, bool json)
{
    struct buf text AUTO(buf_done) = { 0 };

    buf_init(&text, STATUS_MAX);
    TRY(admin_get(config, "/status", &text));
    if (!json)
        return print_people(buf_bytes(&text));
    (void)fwrite(text.data, 1, text.size, stdout);
    return OK;
}

static int run(int argc, char **argv)
{
    struct arguments arguments = { 0 };
    const struct argp parser = {
        .options = status_options,
        .parser = on_argument,
        .doc = "What a running gateway says of itself. Exits with 1 if none runs.",
    };
    struct why why = { 0 };
    struct config *config;
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    config = config_of_argument(arguments.path);
    if (config == NULL)
        return EXIT_REFUSED;
    err = print_status(config, arguments.json);
    config_free(config);
    if (err == ERR_CLOSED)
        err = why_say(&why, err, "no gateway runs for this configuration");
    return err == OK ? EXIT_DONE : say_why(err, &why);
}

const struct command status_command = { "status", "what a running gateway says of itself", run };
