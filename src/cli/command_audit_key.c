#include <stdio.h>

#include "cli/audit_access.h"
#include "cli/command_audit.h"
#include "cli/config_argument.h"

static enum err print_key(const char *path, struct why *why)
{
    struct audit_access access AUTO(audit_access_done) = { 0 };
    struct buf text AUTO(buf_done) = { 0 };

    TRY(audit_access_begin(path, &access, why));
    buf_init(&text, 4096);
    note_verifier_write(&access.verifier, &text);
    TRY(buf_check(&text));
    (void)printf("%.*s\n", (int)text.size, (const char *)text.data);
    return OK;
}

static int run(int argc, char **argv)
{
    const char *path = NULL;
    const struct argp_child children[] = { { &config_argument, 0, NULL, 0 }, { 0 } };
    const struct argp parser = {
        .doc = "Print the key that the log's checkpoints are checked with, in the form that "
               "verifiers of signed notes read (c2sp.org/signed-note).",
        .children = children,
    };
    struct why why = { 0 };
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &path);
    err = print_key(path, &why);
    return err == OK ? EXIT_DONE : say_why(err, &why);
}

const struct command audit_key_command = { "key", "print the log's verifier key", run };
