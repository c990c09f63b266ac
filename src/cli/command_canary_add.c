#include <argp.h>
#include <stdio.h>

#include "cli/command_canary.h"
#include "cli/config_argument.h"
#include "cli/instruct.h"

enum option_key { TENANT = 0x100, FORMAT, PREFIX, QUARANTINE };

struct arguments {
    const char *path;
    struct instruction instruction;
};

static const struct argp_option add_options[] = {
    { "tenant", TENANT, "NAME", 0, "whose canary it is", 0 },
    { "format", FORMAT, "FORMAT", 0, "of the token, as in tokenize; digits_last4 if not given", 0 },
    { "prefix", PREFIX, "DIGITS", 0,
      "4 to 8 digits that its number begins with, if it is to look like the tenant's cards: a "
      "range of which no card is in use",
      0 },
    { "quarantine", QUARANTINE, NULL, 0, "who uses it may do nothing until released", 0 },
    { 0 },
};

/* What is wrong is not shown: it may be a card number. */
static void take_text(const char *text, char *ret_text, size_t size, struct argp_state *state)
{
    if (text[0] == '\0' || !bytes_copy_text(bytes_str(text), ret_text, size))
        argp_error(state, "a name or a prefix is empty or too long");
}

static error_t on_argument(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct instruction *add = &arguments->instruction;

    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &arguments->path; return 0;
    case TENANT: take_text(text, add->name, sizeof(add->name), state); return 0;
    case PREFIX: take_text(text, add->prefix, sizeof(add->prefix), state); return 0;
    case QUARANTINE: add->quarantines = true; return 0;
    case FORMAT:
        if (token_format_parse(bytes_str(text), &add->format) != OK)
            argp_error(state, "there is no format '%s'", text);
        return 0;
    case ARGP_KEY_END:
        if (add->name[0] == '\0')
            argp_error(state, "--tenant NAME is missing");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static int run(int argc, char **argv)
{
    struct arguments arguments = { .instruction.kind = INSTRUCT_ADD_CANARY };
    const struct argp_child children[] = { { &config_argument, 0, NULL, 0 }, { 0 } };
    const struct argp parser = {
        .options = add_options,
        .parser = on_argument,
        .doc = "Make a canary and print its token.\v"
               "Put it where only a thief would find it: among the tokens in a table, a backup, a "
               "log. It answers like any other token that exists, but stands for no card; a "
               "forward of it never reaches the processor. Each use is an alarm. Works whether "
               "or not a gateway runs.",
        .children = children,
    };
    struct operator_result result = { 0 };
    struct why why = { 0 };
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    err = instruct(arguments.path, &arguments.instruction, &result, &why);
    if (err == OK)
        (void)printf("%s\n", result.token.text);
    return err == OK ? EXIT_DONE : say_why(err, &why);
}

const struct command canary_add_command = { "add", "make one, and print its token", run };
