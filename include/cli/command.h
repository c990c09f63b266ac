/*
 * The subcommands of pangate, listed in one table.
 */
#ifndef PANGATE_CLI_COMMAND_H
#define PANGATE_CLI_COMMAND_H

#include <stddef.h>

/* What main() returns: done, refused or failed, wrong usage. */
enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;
    const char *summary;
    /* argv[0] is "pangate NAME", for usage texts. */
    int (*run)(int argc, char **argv);
};

extern const struct command quickstart_command;
extern const struct command init_command;
extern const struct command serve_command;
extern const struct command check_command;
extern const struct command status_command;
extern const struct command audit_command;
extern const struct command canary_command;
extern const struct command compact_command;
extern const struct command version_command;

size_t command_count(void);
const struct command *command_at(size_t index);

/* Commands that share a first word: "pangate", "pangate audit". */
struct command_group {
    const char *name;
    const char *summary;
    const struct command *const *commands;
    size_t count;
};

/* Run the command of the group that argv[1] names, or explain them; the exit code. */
int command_group_run(const struct command_group *group, int argc, char **argv);

/* Run the subcommand that argv[1] names; the program's exit code. */
int command_dispatch(int argc, char **argv);

#endif
