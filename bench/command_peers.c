#include <stdio.h>

#include "bench/command.h"
#include "bench/options.h"

int command_peers(int argc, char **argv)
{
    struct options options;

    options_parse("peers", argc, argv, &options);
    return EXIT_REFUSED;
}
