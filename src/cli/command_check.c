#include <stdio.h>

#include "cli/command.h"
#include "cli/config_argument.h"
#include "gateway/option.h"
#include "gateway/route.h"
#include "gateway/server_parts.h"

struct arguments {
    const char *path;
    bool print_options;
};

static const struct argp_option check_options[] = {
    { "config", 'c', "FILE", 0, "the configuration", 0 },
    { "print-options", 'p', NULL, 0, "print every option with its default and meaning", 0 },
    { 0 },
};

static error_t on_argument(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'c': arguments->path = text; return 0;
    case 'p': arguments->print_options = true; return 0;
    case ARGP_KEY_END:
        if (arguments->path == NULL && !arguments->print_options)
            argp_error(state, "-c FILE is missing");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static int print_options(void)
{
    struct buf text AUTO(buf_done) = { 0 };

    buf_init(&text, 1 << 20);
    options_print(&text);
    (void)fwrite(text.data, 1, text.size, stdout);
    return buf_check(&text) == OK ? EXIT_DONE : EXIT_REFUSED;
}

/* The certificates are read as serve would read them. */
static enum err check_certificates(const struct config *config, struct why *why)
{
    struct tls_server *none[CONFIG_LISTENERS_MAX] = { 0 }, *made[CONFIG_LISTENERS_MAX] = { 0 };

    TRY(tls_servers_open(config, none, made, why));
    for (size_t i = 0; i < CONFIG_LISTENERS_MAX; i++)
        tls_server_release(made[i]);
    return OK;
}

/* So are the routes: their urls, pins and authorities, and the secrets that they add. */
static enum err check_routes(const struct config *config, struct why *why)
{
    struct route_places places = { 0 };
    struct routes *routes;

    TRY(routes_open(config, &places, why, &routes));
    routes_release(routes);
    return OK;
}

static enum err check_sinks(const struct config *config, struct why *why)
{
    struct exporters *exporters = NULL;
    enum err err = exporters_open(config, &config->gateway, &exporters, why);

    exporters_close(exporters);
    return err;
}

static int check(const char *path)
{
    struct config *config = config_of_argument(path);
    struct why why = { 0 };
    enum err err;

    if (config == NULL)
        return EXIT_REFUSED;
    err = check_certificates(config, &why);
    if (err == OK)
        err = check_routes(config, &why);
    if (err == OK)
        err = check_sinks(config, &why);
    config_free(config);
    if (err != OK) {
        (void)fprintf(stderr, "%s: %s\n", path, why.text[0] == '\0' ? err_text(err) : why.text);
        return EXIT_REFUSED;
    }
    (void)fprintf(stderr, "%s: ok\n", path);
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    struct arguments arguments = { 0 };
    const struct argp parser = {
        .options = check_options,
        .parser = on_argument,
        .doc = "Say whether a configuration is right: every mistake with its file and line.",
    };

    (void)argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    return arguments.print_options ? print_options() : check(arguments.path);
}

const struct command check_command = { "check", "is the configuration right?", run };
