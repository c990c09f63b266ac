#include "cli/command.h"

#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
    &quickstart_command, &init_command,   &serve_command,   &check_command,   &status_command,
    &audit_command,      &canary_command, &compact_command, &version_command,
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]), NAME_SIZE = 64 };

static const struct command_group pangate = { "pangate", "A payment-card tokenization gateway.",
                                              commands, COMMANDS };

size_t command_count(void)
{
    return COMMANDS;
}

const struct command *command_at(size_t index)
{
    return index < COMMANDS ? commands[index] : NULL;
}

static void print_usage(const struct command_group *group, FILE *file)
{
    (void)fprintf(file, "Usage: %s COMMAND [OPTION...]\n%s\n\n", group->name, group->summary);
    for (size_t i = 0; i < group->count; i++)
        (void)fprintf(file, "  %-12s %s\n", group->commands[i]->name, group->commands[i]->summary);
    (void)fprintf(file, "\n`%s COMMAND --help` says more.\n", group->name);
}

static int run_command(const struct command_group *group, const struct command *command, int argc,
                       char **argv)
{
    char name[NAME_SIZE];

    (void)snprintf(name, sizeof(name), "%s %s", group->name, command->name);
    argv[1] = name;
    return command->run(argc - 1, argv + 1);
}

int command_group_run(const struct command_group *group, int argc, char **argv)
{
    const char *name = argc < 2 ? "" : argv[1];

    if (strcmp(name, "--help") == 0 || strcmp(name, "-?") == 0 || strcmp(name, "help") == 0) {
        print_usage(group, stdout);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < group->count; i++) {
        if (strcmp(group->commands[i]->name, name) == 0)
            return run_command(group, group->commands[i], argc, argv);
    }
    print_usage(group, stderr);
    return EXIT_USAGE;
}

int command_dispatch(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--version") == 0)
        return version_command.run(1, argv);
    return command_group_run(&pangate, argc, argv);
}
