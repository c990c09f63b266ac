#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/config_argument.h"
#include "gateway/vault_make.h"

static int run(int argc, char **argv)
{
    const char *path = NULL;
    const struct argp_child children[] = { { &config_argument, 0, NULL, 0 }, { 0 } };
    const struct argp parser = {
        .doc = "Create an empty vault for a configuration.\v"
               "Makes the root key, too, if there is none yet. A vault that exists is refused.",
        .children = children,
    };
    struct config *config;
    struct why why = { 0 };
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &path);
    config = config_of_argument(path);
    if (config == NULL)
        return EXIT_REFUSED;
    if (isatty(STDERR_FILENO))
        (void)fprintf(stderr, "writing the journal ...\n");
    err = vault_make(config, &why);
    config_free(config);
    return err == OK ? EXIT_DONE : say_why(err, &why);
}

const struct command init_command = { "init", "create an empty vault", run };
