#include <stdio.h>

#include <argp.h>

#include "cli/command.h"

static int run(int argc, char **argv)
{
    const struct argp parser = { .doc = "Print the version." };

    (void)argp_parse(&parser, argc, argv, 0, NULL, NULL);
    (void)printf("pangate %s\n", PANGATE_VERSION);
    return EXIT_DONE;
}

const struct command version_command = { "version", "print the version", run };
