/*
 * The commands of `pangate audit`, a file each.
 */
#ifndef PANGATE_CLI_COMMAND_AUDIT_H
#define PANGATE_CLI_COMMAND_AUDIT_H

#include "cli/command.h"

extern const struct command audit_verify_command;
extern const struct command audit_export_command;
extern const struct command audit_prove_command;
extern const struct command audit_tiles_command;
extern const struct command audit_key_command;
extern const struct command audit_report_command;
extern const struct command audit_archive_command;

#endif
