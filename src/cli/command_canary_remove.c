#include <argp.h>
#include <stdio.h>

#include "cli/command_canary.h"
#include "cli/config_argument.h"
#include "cli/instruct.h"

enum option_key { TENANT = 0x100 };

struct arguments {
    const char *path;
    struct instruction instruction;
};

static const struct argp_option remove_options[] = {
    { "tenant", TENANT, "NAME", 0, "whose canary it is", 0 },
    { 0 },
};

static error_t on_argument(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct instruction *removal = &arguments->instruction;

    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &arguments->path; return 0;
    case TENANT:
        if (!bytes_copy_text(bytes_str(text), removal->name, sizeof(removal->name)))
            argp_error(state, "'%s' is too long", text);
        return 0;
    case ARGP_KEY_ARG:
        if (token_parse(bytes_str(text), &removal->token) != OK)
            argp_error(state, "this is no token");
        return 0;
    case ARGP_KEY_END:
        if (removal->name[0] == '\0' || removal->token.size == 0)
            argp_error(state, "--tenant NAME and TOKEN are needed");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static int run(int argc, char **argv)
{
    struct arguments arguments = { .instruction.kind = INSTRUCT_REMOVE_CANARY };
    const struct argp_child children[] = { { &config_argument, 0, NULL, 0 }, { 0 } };
    const struct argp parser = {
        .options = remove_options,
        .parser = on_argument,
        .args_doc = "TOKEN",
        .doc = "Erase a canary. It touches no other token.",
        .children = children,
    };
    struct operator_result result;
    struct why why = { 0 };
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    err = instruct(arguments.path, &arguments.instruction, &result, &why);
    return err == OK ? EXIT_DONE : say_why(err, &why);
}

const struct command canary_remove_command = { "remove", "erase one", run };
