/*
 * The commands of `pangate canary`, a file each.
 */
#ifndef PANGATE_CLI_COMMAND_CANARY_H
#define PANGATE_CLI_COMMAND_CANARY_H

#include "cli/command.h"

extern const struct command canary_add_command;
extern const struct command canary_list_command;
extern const struct command canary_remove_command;
extern const struct command canary_release_command;

#endif
