#include "cli/command.h"

#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
    &quickstart_command, &init_command,   &serve_command,
    &check_command,      &status_command, &version_command,
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]), NAME_SIZE = 64 };

size_t command_count(void)
{
    return COMMANDS;
}

const struct command *command_at(size_t index)
{
    return index < COMMANDS ? commands[index] : NULL;
}

static void print_usage(FILE *file)
{
    (void)fprintf(file, "Usage: pangate COMMAND [OPTION...]\n"
                        "A payment-card tokenization gateway.\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        (void)fprintf(file, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
    (void)fprintf(file, "\n`pangate COMMAND --help` says more.\n");
}

static int run_command(const struct command *command, int argc, char **argv)
{
    char name[NAME_SIZE];

    (void)snprintf(name, sizeof(name), "pangate %s", command->name);
    argv[1] = name;
    return command->run(argc - 1, argv + 1);
}

int command_dispatch(int argc, char **argv)
{
    const char *name = argc < 2 ? "" : argv[1];

    if (strcmp(name, "--help") == 0 || strcmp(name, "-?") == 0 || strcmp(name, "help") == 0) {
        print_usage(stdout);
        return EXIT_DONE;
    }
    if (strcmp(name, "--version") == 0)
        return version_command.run(1, argv);
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return run_command(commands[i], argc, argv);
    }
    print_usage(stderr);
    return EXIT_USAGE;
}
