/*
 * The commands of `pangate audit`, a file each.
 */
#ifndef PANGATE_CLI_COMMAND_AUDIT_H
#define PANGATE_CLI_COMMAND_AUDIT_H

#include "cli/command.h"

extern const struct command audit_export_command;

#endif
