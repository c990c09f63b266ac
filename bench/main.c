#include <stdio.h>
#include <string.h>

#include "bench/command.h"
#include "bench/options.h"
#include "bench/script.h"

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    { "peers", "the gateway beside what is used instead", command_peers },
    { "table", "a gateway of our own, held against every bar", command_table },
    { "core", "what the parts of a request cost, in one process", command_core },
    { "fill", "put cards into a vault that nobody serves", command_fill },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_usage(FILE *file)
{
    (void)fprintf(file, "Usage: pangate-bench COMMAND [OPTION...]\n"
                        "       pangate-bench --compare A.json B.json\n"
                        "How fast a card tokenization gateway is, and what it costs.\n\n");
    for (size_t i = 0; work_at(i) != NULL; i++)
        (void)fprintf(file, "  %-12s %s\n", work_at(i)->name, work_at(i)->summary);
    for (size_t i = 0; i < COMMANDS; i++)
        (void)fprintf(file, "  %-12s %s\n", commands[i].name, commands[i].summary);
    (void)fprintf(file, "\n`pangate-bench COMMAND --help` says more.\n");
}

int main(int argc, char **argv)
{
    const char *name = argc < 2 ? "" : argv[1];

    argp_err_exit_status = EXIT_USAGE;
    if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0) {
        print_usage(stdout);
        return EXIT_DONE;
    }
    if (strcmp(name, "--version") == 0) {
        (void)printf("pangate-bench %s\n", PANGATE_VERSION);
        return EXIT_DONE;
    }
    if (strcmp(name, "--compare") == 0 && argc == 4)
        return command_compare(argv[2], argv[3]);
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (work_find(name) != NULL)
        return command_work(name, argc - 1, argv + 1);
    print_usage(stderr);
    return EXIT_USAGE;
}
