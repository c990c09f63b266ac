#include <argp.h>
#include <stdio.h>

#include "cli/command_canary.h"
#include "cli/config_argument.h"
#include "cli/instruct.h"

enum option_key { CLIENT = 0x100 };

struct arguments {
    const char *path;
    struct instruction instruction;
};

static const struct argp_option release_options[] = {
    { "client", CLIENT, "NAME", 0, "who is in quarantine", 0 },
    { 0 },
};

static error_t on_argument(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct instruction *release = &arguments->instruction;

    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &arguments->path; return 0;
    case CLIENT:
        if (!bytes_copy_text(bytes_str(text), release->name, sizeof(release->name)))
            argp_error(state, "'%s' is too long", text);
        return 0;
    case ARGP_KEY_END:
        if (release->name[0] == '\0')
            argp_error(state, "--client NAME is missing");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static int run(int argc, char **argv)
{
    struct arguments arguments = { .instruction.kind = INSTRUCT_RELEASE };
    const struct argp_child children[] = { { &config_argument, 0, NULL, 0 }, { 0 } };
    const struct argp parser = {
        .options = release_options,
        .parser = on_argument,
        .doc = "Let a client go on that used a canary: its quarantine is over.\v"
               "`pangate status --json` lists the clients in quarantine.",
        .children = children,
    };
    struct operator_result result;
    struct why why = { 0 };
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    err = instruct(arguments.path, &arguments.instruction, &result, &why);
    return err == OK ? EXIT_DONE : say_why(err, &why);
}

const struct command canary_release_command = { "release", "end a client's quarantine", run };
