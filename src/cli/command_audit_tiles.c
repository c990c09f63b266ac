#include <stdio.h>

#include "audit/tile.h"
#include "cli/audit_access.h"
#include "cli/command_audit.h"
#include "cli/config_argument.h"

struct arguments {
    const char *path, *folder;
};

static const struct argp_option tiles_options[] = {
    { "config", 'c', "FILE", 0, "the configuration", 0 },
    { 0 },
};

static error_t on_argument(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'c': arguments->path = text; return 0;
    case ARGP_KEY_ARG:
        if (arguments->folder != NULL)
            argp_error(state, "there is one folder too many");
        arguments->folder = text;
        return 0;
    case ARGP_KEY_END:
        if (arguments->path == NULL || arguments->folder == NULL)
            argp_error(state, "-c FILE and a folder are needed");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static enum err write_tiles(const struct arguments *arguments, struct why *why)
{
    struct audit_access access AUTO(audit_access_done) = { 0 };
    const struct audit_progress progress = audit_progress_shown();
    struct audit_checkpoint checkpoint;
    enum err err;

    TRY(audit_access_open(arguments->path, &access, why));
    TRY(audit_checkpoint_load(access.folder, &access.verifier, &checkpoint, why));
    err = audit_tiles_write(access.reader, &checkpoint, arguments->folder, &progress);
    audit_progress_end();
    return err == OK ? OK
                     : why_say(why, err, "%s: the tiles cannot be written: %s", arguments->folder,
                               err_text(err));
}

static int run(int argc, char **argv)
{
    struct arguments arguments = { 0 };
    const struct argp parser = {
        .options = tiles_options,
        .parser = on_argument,
        .args_doc = "DIR",
        .doc = "Write the log as tiles, entry bundles and checkpoint (c2sp.org/tlog-tiles) into a "
               "folder, for whoever verifies logs of this form.",
    };
    struct why why = { 0 };
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    err = write_tiles(&arguments, &why);
    return err == OK ? EXIT_DONE : say_why(err, &why);
}

const struct command audit_tiles_command = { "tiles", "write the log as C2SP tiles", run };
