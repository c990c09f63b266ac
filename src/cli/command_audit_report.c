#include <stdio.h>

#include "audit/report.h"
#include "cli/audit_filter_argument.h"
#include "cli/command_audit.h"
#include "cli/config_argument.h"
#include "cli/held_cards.h"

struct arguments {
    struct audit_filter_arguments filter;
    bool breach;
};

static const struct argp_option report_options[] = {
    { "breach", 'b', NULL, 0, "which cards did the client see or send on?", 0 },
    { 0 },
};

static void check(const struct arguments *arguments, struct argp_state *state)
{
    if (arguments->breach == (arguments->filter.customer != NULL))
        argp_error(state, "either --breach --client NAME or --customer REF --tenant NAME is "
                          "needed");
    if (arguments->breach && arguments->filter.filter.client[0] == '\0')
        argp_error(state, "--breach needs --client");
}

static error_t on_argument(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    (void)text;
    switch (key) {
    case 'b': arguments->breach = true; return 0;
    case ARGP_KEY_INIT: state->child_inputs[0] = &arguments->filter; return 0;
    case ARGP_KEY_END: check(arguments, state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static enum err print_lines(void *with, struct bytes lines)
{
    (void)with;
    return fwrite(lines.data, 1, lines.size, stdout) == lines.size ? OK : ERR_IO;
}

static enum err report(struct arguments *arguments, struct why *why)
{
    struct audit_access access AUTO(audit_access_done) = { 0 };
    const struct audit_line_sink sink = { .take = print_lines };
    struct report_question question = { .progress = audit_progress_shown() };
    enum err err;

    TRY(audit_access_open(arguments->filter.path, &access, why));
    TRY(audit_filter_resolve(&arguments->filter, &access, why));
    question.from = access.from;
    question.until = access.until;
    question.filter = arguments->filter.filter;
    if (!arguments->breach) /* what is held now, before what happened to it */
        TRY(held_cards_print(&access, &question.filter, why));
    err = arguments->breach ? report_breach(access.reader, &question, &sink)
                            : report_customer(access.reader, &question, &sink);
    audit_progress_end();
    if (err == OK && fflush(stdout) != 0)
        err = ERR_IO;
    return err;
}

static int run(int argc, char **argv)
{
    struct arguments arguments = { 0 };
    const struct argp_child children[] = { { &audit_filter_argument, 0, NULL, 0 }, { 0 } };
    const struct argp parser = {
        .options = report_options,
        .parser = on_argument,
        .doc = "Answer the two questions that are asked in a hurry, as JSON lines.\v"
               "--breach --client NAME --since --until: which cards this client saw or sent on, "
               "and whose they are; canaries, which stand for no card, are marked. --customer REF "
               "--tenant NAME: what is held on a customer, as far as `inspect` shows it, and all "
               "that happened to it while it was the customer's, by whom, for which purpose and to "
               "whom it went.",
        .children = children,
    };
    struct why why = { 0 };
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    err = report(&arguments, &why);
    return err == OK ? EXIT_DONE : say_why(err, &why);
}

const struct command audit_report_command = { "report", "for a breach, or for a customer", run };
