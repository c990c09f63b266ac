#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/command.h"
#include "bench/fill.h"
#include "bench/offline.h"
#include "bench/options.h"
#include "bench/tokens_file.h"
#include "crypto/library.h"

static const uint64_t cards_max = UINT64_C(1000000000), sample_max = UINT64_C(1000000);

struct request { /* what the command line asks for */
    const char *config, *client, *tokens;
    uint64_t cards;
    unsigned threads;
};

enum key { KEY_CARDS = 256, KEY_CLIENT, KEY_TOKENS, KEY_THREADS };

static const struct argp_option table[] = {
    { "config", 'c', "FILE", 0, "the gateway's configuration; its vault must be there", 0 },
    { "cards", KEY_CARDS, "N", 0, "how many", 0 },
    { "client", KEY_CLIENT, "NAME", 0, "in whose name (the first that may tokenize)", 0 },
    { "tokens", KEY_TOKENS, "FILE", 0,
      "write the tokens there, one a line: of every card, or evenly chosen ones of a million", 0 },
    { "threads", KEY_THREADS, "N", 0, "that seal (one per core)", 0 },
    { 0 },
};

static uint64_t read_count(const char *text, uint64_t most, struct argp_state *state)
{
    char *end = NULL;
    const unsigned long long value = strtoull(text, &end, 10);

    if (end == text || *end != '\0' || *text == '-' || value < 1 || value > most)
        argp_error(state, "%s: must be 1 to %llu", text, (unsigned long long)most);
    return value;
}

static error_t on_option(int key, char *text, struct argp_state *state)
{
    struct request *request = state->input;

    switch (key) {
    case 'c': request->config = text; return 0;
    case KEY_CARDS: request->cards = read_count(text, cards_max, state); return 0;
    case KEY_CLIENT: request->client = text; return 0;
    case KEY_TOKENS: request->tokens = text; return 0;
    case KEY_THREADS:
        request->threads = (unsigned)read_count(text, FILL_THREADS_MAX, state);
        return 0;
    case ARGP_KEY_ARG: argp_error(state, "%s: there is no such argument", text); return 0;
    case ARGP_KEY_END:
        if (request->config == NULL || request->cards == 0)
            argp_error(state, "--config and --cards are needed");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static enum err fill(const struct request *request, struct why *why)
{
    struct offline offline AUTO(offline_close) = { 0 };
    struct tokens sample AUTO(tokens_done) = { 0 };
    const uint64_t step = (request->cards + sample_max - 1) / sample_max;
    const int64_t began_ms = clock_mono_ms();
    struct fill filling = {
        .count = request->cards, .threads = request->threads, .sample_step = step, .sample = &sample
    };

    TRY(offline_open(request->config, request->client, why, &offline));
    TRY(tokens_init(&sample, (request->cards + step - 1) / step));
    sample.count = sample.most;
    filling.vault = offline.vault;
    filling.keyring = offline.keyring;
    filling.principal = offline.principal;
    TRY(fill_run(&filling, why));
    if (request->tokens != NULL)
        TRY(tokens_write(&sample, request->tokens, why));
    offline_close(&offline);
    (void)printf("%llu cards in %.1f s\n", (unsigned long long)request->cards,
                 (double)(clock_mono_ms() - began_ms) / 1000);
    return OK;
}

int command_fill(int argc, char **argv)
{
    static const struct argp parser = {
        .options = table,
        .parser = on_option,
        .doc = "Put cards into the vault of a configuration while no gateway serves it.\v"
               "The same cards each time, so filling again adds only what is not there yet.",
    };
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct request request = { .threads = cores < 1                  ? 1
                                          : cores > FILL_THREADS_MAX ? FILL_THREADS_MAX
                                                                     : (unsigned)cores };
    char name[] = "pangate-bench fill";
    struct why why = { 0 };
    enum err err;

    argv[0] = name;
    (void)argp_parse(&parser, argc, argv, 0, NULL, &request);
    err = crypto_start();
    if (err == OK)
        err = fill(&request, &why);
    return command_end(err, &why);
}
