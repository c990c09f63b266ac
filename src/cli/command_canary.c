#include "cli/command_canary.h"

static const struct command *const commands[] = {
    &canary_add_command,
    &canary_list_command,
    &canary_remove_command,
    &canary_release_command,
};

static const struct command_group canary = {
    "pangate canary",
    "Tokens that answer like any other and stand for no card: who uses one is no honest client.",
    commands,
    sizeof(commands) / sizeof(commands[0]),
};

static int run(int argc, char **argv)
{
    return command_group_run(&canary, argc, argv);
}

const struct command canary_command = { "canary", "tokens whose use is an alarm", run };
