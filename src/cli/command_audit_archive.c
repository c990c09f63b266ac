#include <stdio.h>

#include "cli/audit_access.h"
#include "cli/command_audit.h"
#include "cli/config_argument.h"

struct arguments {
    const char *path;
    bool deletes;
};

static const struct argp_option archive_options[] = {
    { "config", 'c', "FILE", 0, "the configuration", 0 },
    { "delete-oldest", 'd', NULL, 0, "delete the oldest archived file, if its time has come", 0 },
    { 0 },
};

static error_t on_argument(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'c': arguments->path = text; return 0;
    case 'd': arguments->deletes = true; return 0;
    case ARGP_KEY_END:
        if (arguments->path == NULL)
            argp_error(state, "-c FILE is missing");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static enum err move(const struct audit_archive *archive, uint64_t until)
{
    uint64_t moved = 0;

    TRY(audit_archive_move(archive, until, &moved));
    (void)printf("%llu files moved to %s\n", (unsigned long long)moved, archive->archive);
    return OK;
}

static enum err delete_oldest(const struct audit_archive *archive, uint64_t until)
{
    uint64_t first = 0;

    TRY(audit_archive_delete(archive, until, &first));
    (void)printf("the entries before %llu are deleted\n", (unsigned long long)first);
    return OK;
}

static enum err keep(const struct arguments *arguments, struct why *why)
{
    struct audit_access access AUTO(audit_access_done) = { 0 };
    struct audit_archive archive;

    TRY(audit_access_open(arguments->path, &access, why));
    archive = audit_access_archive(&access, why);
    if (archive.archive == NULL)
        return why_say(why, ERR_CONFIG, "[gateway] audit_archive: names no folder to move to");
    return arguments->deletes ? delete_oldest(&archive, access.until)
                              : move(&archive, access.until);
}

static int run(int argc, char **argv)
{
    struct arguments arguments = { 0 };
    const struct argp parser = {
        .options = archive_options,
        .parser = on_argument,
        .doc = "Move entry files that are full and older than three months to the archive folder.\v"
               "What is older than twelve months may be deleted, from the oldest on; the hash "
               "files stay, so that everything later can still be proved.",
    };
    struct why why = { 0 };
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    err = keep(&arguments, &why);
    return err == OK ? EXIT_DONE : say_why(err, &why);
}

const struct command audit_archive_command = { "archive", "move old entries out", run };
