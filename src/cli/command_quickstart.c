#include <stdio.h>

#include <argp.h>

#include "base/encode.h"
#include "cli/command.h"
#include "cli/config_argument.h"
#include "cli/playground.h"

struct arguments {
    const char *folder;
    unsigned port;
};

static const struct argp_option quickstart_options[] = {
    { "port", 'p', "N", 0, "the port on 127.0.0.1 (8443)", 0 },
    { 0 },
};

static void read_port(struct arguments *arguments, const char *text, struct argp_state *state)
{
    uint64_t port = 0;

    if (decode_decimal(bytes_str(text), 65535, &port) != OK || port == 0)
        argp_error(state, "--port takes 1 to 65535");
    arguments->port = (unsigned)port;
}

static error_t on_argument(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'p': read_port(arguments, text, state); return 0;
    case ARGP_KEY_ARG:
        if (arguments->folder != NULL)
            argp_error(state, "there is one folder too many");
        arguments->folder = text;
        return 0;
    case ARGP_KEY_END:
        if (arguments->folder == NULL)
            argp_error(state, "the folder is missing");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static int run(int argc, char **argv)
{
    struct arguments arguments = { .port = PLAYGROUND_PORT };
    const struct argp parser = {
        .options = quickstart_options,
        .parser = on_argument,
        .args_doc = "DIR",
        .doc = "Make a complete playground in a new folder: throwaway certificates, a "
               "configuration, a root key and an empty vault.\v"
               "A folder that exists is refused, never overwritten.",
    };
    struct why why = { 0 };
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    err = playground_make(arguments.folder, arguments.port, &why);
    if (err != OK)
        return say_why(err, &why);
    (void)printf("A playground is in %s. Serve it with:\n  pangate serve -c %s/pangate.conf\n",
                 arguments.folder, arguments.folder);
    return EXIT_DONE;
}

const struct command quickstart_command = { "quickstart", "make a complete playground", run };
