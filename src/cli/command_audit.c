#include "cli/command_audit.h"

static const struct command *const commands[] = {
    &audit_verify_command, &audit_export_command, &audit_prove_command,   &audit_tiles_command,
    &audit_key_command,    &audit_report_command, &audit_archive_command,
};

static const struct command_group audit = {
    "pangate audit",
    "Questions to the audit log. While no gateway runs, they change nothing in the vault.",
    commands,
    sizeof(commands) / sizeof(commands[0]),
};

static int run(int argc, char **argv)
{
    return command_group_run(&audit, argc, argv);
}

const struct command audit_command = { "audit", "questions to the audit log", run };
