#include "cli/command.h"
#include "cli/config_argument.h"
#include "gateway/server.h"

static int run(int argc, char **argv)
{
    const char *path = NULL;
    const struct argp_child children[] = { { &config_argument, 0, NULL, 0 }, { 0 } };
    const struct argp parser = {
        .doc =
            "Serve in the foreground, one JSON line a request on standard error.\v"
            "SIGHUP reads certificates, revocation lists, clients and routes again; requests on "
            "their way finish on the route they began with. Listeners change with a restart only, "
            "and a file with a mistake changes nothing. SIGTERM drains: no new connections, and "
            "the requests "
            "that are being served get their answers.",
        .children = children,
    };
    struct config *config;
    struct why why = { 0 };
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &path);
    config = config_of_argument(path);
    if (config == NULL)
        return EXIT_REFUSED;
    err = server_run(config, &why);
    config_free(config);
    return err == OK ? EXIT_DONE : say_why(err, &why);
}

const struct command serve_command = { "serve", "run in the foreground", run };
