#include <stdio.h>

#include "audit/proof.h"
#include "audit/tree.h"
#include "base/encode.h"
#include "cli/audit_access.h"
#include "cli/command_audit.h"
#include "cli/config_argument.h"

enum { PROOF_MAX = 64 * 1024 };

struct arguments {
    const char *path;
    bool has_number;
    uint64_t number;
};

static const struct argp_option prove_options[] = {
    { "config", 'c', "FILE", 0, "the configuration", 0 },
    { 0 },
};

static void take_number(struct arguments *arguments, const char *text, struct argp_state *state)
{
    if (arguments->has_number)
        argp_error(state, "there is one number too many");
    if (decode_decimal(bytes_str(text), UINT64_MAX, &arguments->number) != OK)
        argp_error(state, "'%s' is not the number of an entry", text);
    arguments->has_number = true;
}

static error_t on_argument(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'c': arguments->path = text; return 0;
    case ARGP_KEY_ARG: take_number(arguments, text, state); return 0;
    case ARGP_KEY_END:
        if (arguments->path == NULL || !arguments->has_number)
            argp_error(state, "-c FILE and the number of an entry are needed");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* The files hold everything that the folder's checkpoint covers. */
static enum err prove(const struct arguments *arguments, struct buf *text, struct why *why)
{
    struct audit_access access AUTO(audit_access_done) = { 0 };
    struct audit_checkpoint checkpoint;
    struct merkle_source source;
    enum err err;

    TRY(audit_access_open(arguments->path, &access, why));
    TRY(audit_checkpoint_load(access.folder, &access.verifier, &checkpoint, why));
    source = audit_source(access.reader);
    err = audit_prove(&source, arguments->number, &checkpoint, text);
    if (err == ERR_NOT_FOUND && arguments->number >= checkpoint.head.size)
        return why_say(why, err, "there is no entry %llu: the log ends before %llu",
                       (unsigned long long)arguments->number,
                       (unsigned long long)checkpoint.head.size);
    return err;
}

static int run(int argc, char **argv)
{
    struct arguments arguments = { 0 };
    struct buf text AUTO(buf_done) = { 0 };
    const struct argp parser = {
        .options = prove_options,
        .parser = on_argument,
        .args_doc = "N",
        .doc = "Print the proof that entry N is in the log (c2sp.org/tlog-proof@v1).",
    };
    struct why why = { 0 };
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    buf_init(&text, PROOF_MAX);
    err = prove(&arguments, &text, &why);
    if (err != OK)
        return say_why(err, &why);
    return fwrite(text.data, 1, text.size, stdout) == text.size && fflush(stdout) == 0
               ? EXIT_DONE
               : EXIT_REFUSED;
}

const struct command audit_prove_command = { "prove", "prove that an entry is in the log", run };
