#include <stdio.h>

#include "audit/export.h"
#include "cli/audit_filter_argument.h"
#include "cli/command_audit.h"
#include "cli/config_argument.h"

static enum err print_lines(void *with, struct bytes lines)
{
    (void)with;
    return fwrite(lines.data, 1, lines.size, stdout) == lines.size ? OK : ERR_IO;
}

static enum err print_entries(struct audit_filter_arguments *arguments, struct why *why)
{
    struct audit_access access AUTO(audit_access_done) = { 0 };
    const struct audit_line_sink sink = { .take = print_lines };
    struct audit_question question = { .progress = audit_progress_shown() };
    enum err err;

    TRY(audit_access_open(arguments->path, &access, why));
    TRY(audit_filter_resolve(arguments, &access, why));
    question.from = access.from;
    question.until = access.until;
    question.filter = arguments->filter;
    err = audit_export(access.reader, &question, &sink);
    audit_progress_end();
    if (err == OK && fflush(stdout) != 0)
        err = ERR_IO;
    return err;
}

static int run(int argc, char **argv)
{
    struct audit_filter_arguments arguments = { 0 };
    const struct argp_child children[] = { { &audit_filter_argument, 0, NULL, 0 }, { 0 } };
    const struct argp parser = {
        .doc = "Print the entries of the audit log, one JSON object a line.\v"
               "What is given must all hold. Everything answered before the command began is in "
               "it; that the log of a running gateway was read is an entry behind it.",
        .children = children,
    };
    struct why why = { 0 };
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    err = print_entries(&arguments, &why);
    return err == OK ? EXIT_DONE : say_why(err, &why);
}

const struct command audit_export_command = { "export", "print entries as JSON lines", run };
