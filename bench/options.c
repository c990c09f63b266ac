#include "bench/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/statistics.h"

enum {
    PIPELINE_LEAST = 1,
    PIPELINE_MOST = 64,
    BATCH_MOST = 1000,
    HUNDRED = 100,
    CONNECTIONS_OF_TABLE = 2000,
    ROUNDS_OF_TABLE = 5,
    PROCESSOR_PORT = 9444
};

enum option_key {
    KEY_URL = 256,
    KEY_CA,
    KEY_CERT,
    KEY_KEY,
    KEY_CERT2,
    KEY_KEY2,
    KEY_CONNECTIONS,
    KEY_DURATION,
    KEY_RATE,
    KEY_WARMUP,
    KEY_ROUNDS,
    KEY_COUNT,
    KEY_CARDS,
    KEY_KNOWN,
    KEY_BATCH,
    KEY_PIPELINE,
    KEY_THREADS,
    KEY_RENEW,
    KEY_RESUMED,
    KEY_PATH,
    KEY_TOKENS,
    KEY_PROFILE,
    KEY_PID,
    KEY_PROCESSOR,
    KEY_MANY,
    KEY_WORKERS,
    KEY_FOLDER,
    KEY_SERVER_CERT,
    KEY_SERVER_KEY,
    KEY_ONLY,
    KEY_JSON,
    KEY_HTML,
    KEY_PANGATE,
    KEY_KEEP,
    KEY_MARKDOWN,
};

static const struct argp_option table[] = {
    { "url", KEY_URL, "URL", 0, "the server: https://HOST:PORT", 0 },
    { "ca", KEY_CA, "FILE", 0, "who signed its certificate (PEM)", 0 },
    { "cert", KEY_CERT, "FILE", 0, "the client's certificate (PEM)", 0 },
    { "key", KEY_KEY, "FILE", 0, "and its key", 0 },
    { "cert2", KEY_CERT2, "FILE", 0, "a second client, for calls that the first may not make", 0 },
    { "key2", KEY_KEY2, "FILE", 0, "and its key", 0 },
    { "connections", KEY_CONNECTIONS, "N", 0, "at the same time (32); table: at most (2000)", 1 },
    { "duration", KEY_DURATION, "SECONDS", 0, "of one round, without its warm-up (10)", 1 },
    { "warmup", KEY_WARMUP, "SECONDS", 0, "before each round, not counted; 0: none (1)", 1 },
    { "rounds", KEY_ROUNDS, "N", 0, "the figures are their medians (3); table: (5)", 1 },
    { "count", KEY_COUNT, "N", 0, "end a round after so many requests instead", 1 },
    { "rate", KEY_RATE, "N", 0,
      "open loop: so many requests a second whatever the answers do, their latency counted from "
      "when they were due; 0: closed loop (0)",
      1 },
    { "pipeline", KEY_PIPELINE, "N", 0, "requests under way on each connection (1)", 1 },
    { "no-keep-alive", KEY_RENEW, NULL, 0, "a new connection for every request", 1 },
    { "resumed", KEY_RESUMED, NULL, 0, "handshakes with a ticket", 1 },
    { "threads", KEY_THREADS, "N", 0, "of the generator (1)", 1 },
    { "cards", KEY_CARDS, "N", 0, "how many cards are known before it begins (1000)", 2 },
    { "tokens", KEY_TOKENS, "FILE", 0, "of cards that `fill` put in; --cards are then there, too",
      2 },
    { "profile", KEY_PROFILE, "FILE", 0, "mixed: lines of a share and a workload", 2 },
    { "processor", KEY_PROCESSOR, "PORT", 0,
      "forward: be the processor there, with processor.pem and processor.key from beside the CA; "
      "0: somebody else is (9444)",
      2 },
    { "known", KEY_KNOWN, "PERCENT", 0, "tokenize: how many of the cards are known (0)", 2 },
    { "batch", KEY_BATCH, "N", 0, "batch: items of one call, 1 to 1000 (1000)", 2 },
    { "path", KEY_PATH, "PATH", 0, "constant: what is asked for (/v1/openapi.json)", 2 },
    { "pid", KEY_PID, "PID", 0, "of the server, on this machine: its CPU and memory are read", 3 },
    { "workers", KEY_WORKERS, "N", 0, "peers: of nginx, as many as the gateway has (cores)", 3 },
    { "folder", KEY_FOLDER, "DIR", 0, "peers: on the disk of the vault (/tmp)", 3 },
    { "server-cert", KEY_SERVER_CERT, "FILE", 0, "peers: their certificate (server.pem by the CA)",
      3 },
    { "server-key", KEY_SERVER_KEY, "FILE", 0, "peers: and its key (server.key by the CA)", 3 },
    { "only", KEY_ONLY, "TEXT", 0, "peers, table: what has this in its name", 3 },
    { "pangate", KEY_PANGATE, "FILE", 0, "table: the gateway (pangate, beside this program)", 3 },
    { "many", KEY_MANY, "N", 0, "table: cards of the rows about many of them (10000000)", 3 },
    { "keep", KEY_KEEP, NULL, 0, "table: leave its vaults in --folder, for the next time", 3 },
    { "markdown", KEY_MARKDOWN, "FILE", 0, "peers, table: write the table there, too", 4 },
    { "json", KEY_JSON, NULL, 0, "print JSON on stdout instead of the table", 4 },
    { "html", KEY_HTML, "FILE", 0, "write a report with plots", 4 },
    { 0 },
};

static const char *name_of(int key)
{
    const struct argp_option *option = table;

    while (option->key != key)
        option++;
    return option->name;
}

struct number {
    int key;
    double least, most;
};

static double read_number(const char *text, struct number number, struct argp_state *state)
{
    char *end = NULL;
    const double value = strtod(text, &end);

    if (end == text || *end != '\0' || !(value >= number.least && value <= number.most))
        argp_error(state, "--%s takes %g to %g", name_of(number.key), number.least, number.most);
    return value;
}

static const struct number numbers[] = {
    { KEY_CONNECTIONS, 1, 100000 }, { KEY_DURATION, 0.1, 86400 },
    { KEY_WARMUP, 0, 3600 },        { KEY_RATE, 0, 10000000 },
    { KEY_ROUNDS, 1, ROUNDS_MAX },  { KEY_COUNT, 0, 1e12 },
    { KEY_CARDS, 1, 1e8 },          { KEY_KNOWN, 0, HUNDRED },
    { KEY_BATCH, 1, BATCH_MOST },   { KEY_PIPELINE, PIPELINE_LEAST, PIPELINE_MOST },
    { KEY_THREADS, 1, 64 },         { KEY_PID, 1, 1 << 22 },
    { KEY_PROCESSOR, 0, 65535 },    { KEY_WORKERS, 1, 1024 },
    { KEY_MANY, 1, 1e9 },
};

static struct number number_of(int key)
{
    const struct number *number = numbers;

    while (number->key != key)
        number++;
    return *number;
}

static void take_number(struct options *options, int key, const char *text,
                        struct argp_state *state)
{
    const double value = read_number(text, number_of(key), state);

    switch (key) {
    case KEY_CONNECTIONS: options->connections = (unsigned)value; break;
    case KEY_DURATION: options->duration_s = value; break;
    case KEY_WARMUP: options->warmup_s = value; break;
    case KEY_RATE: options->rate = value; break;
    case KEY_ROUNDS: options->rounds = (unsigned)value; break;
    case KEY_COUNT: options->count = (uint64_t)value; break;
    case KEY_CARDS: options->cards = (uint64_t)value; break;
    case KEY_KNOWN: options->known_percent = (unsigned)value; break;
    case KEY_BATCH: options->batch = (unsigned)value; break;
    case KEY_PIPELINE: options->pipeline = (unsigned)value; break;
    case KEY_THREADS: options->threads = (unsigned)value; break;
    case KEY_PID: options->pid = (int)value; break;
    case KEY_PROCESSOR: options->processor = (unsigned)value; break;
    case KEY_MANY: options->many = (uint64_t)value; break;
    default: options->workers = (unsigned)value; break;
    }
}

static void check_together(const struct options *options, struct argp_state *state)
{
    if (options->threads > options->connections)
        argp_error(state, "--threads is more than --connections");
    if (options->has_gateway)
        return;
    if (options->url == NULL)
        argp_error(state, "--url is missing");
    if (options->ca == NULL)
        argp_error(state, "--ca is missing");
    if (options->cert == NULL || options->key == NULL)
        argp_error(state, "--cert and --key are missing");
    if ((options->cert2 == NULL) != (options->key2 == NULL))
        argp_error(state, "--cert2 and --key2 belong together");
}

static error_t on_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case KEY_URL: options->url = text; return 0;
    case KEY_CA: options->ca = text; return 0;
    case KEY_CERT: options->cert = text; return 0;
    case KEY_KEY: options->key = text; return 0;
    case KEY_CERT2: options->cert2 = text; return 0;
    case KEY_KEY2: options->key2 = text; return 0;
    case KEY_PATH: options->path = text; return 0;
    case KEY_PROFILE: options->profile = text; return 0;
    case KEY_TOKENS: options->tokens = text; return 0;
    case KEY_FOLDER: options->folder = text; return 0;
    case KEY_SERVER_CERT: options->server_cert = text; return 0;
    case KEY_SERVER_KEY: options->server_key = text; return 0;
    case KEY_ONLY: options->only = text; return 0;
    case KEY_HTML: options->html = text; return 0;
    case KEY_PANGATE: options->pangate = text; return 0;
    case KEY_MARKDOWN: options->markdown = text; return 0;
    case KEY_KEEP: options->keep = true; return 0;
    case KEY_JSON: options->json = true; return 0;
    case KEY_RENEW: options->renew = true; return 0;
    case KEY_RESUMED: options->resumed = true; return 0;
    case ARGP_KEY_ARG: argp_error(state, "%s: there is no such argument", text); return 0;
    case ARGP_KEY_END: check_together(options, state); return 0;
    default: break;
    }
    if (key < KEY_CONNECTIONS || key > KEY_WORKERS)
        return ARGP_ERR_UNKNOWN;
    take_number(options, key, text, state);
    return 0;
}

const struct argp options_argp = { .options = table, .parser = on_option };

void options_init(struct options *options)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);

    *options = (struct options){
        .path = "/v1/openapi.json",
        .folder = "/tmp",
        .duration_s = 10,
        .warmup_s = 1,
        .cards = 1000,
        .connections = 32,
        .rounds = 3,
        .threads = 1,
        .pipeline = 1,
        .batch = BATCH_MOST,
        .workers = cores > 0 ? (unsigned)cores : 1,
        .many = 10000000,
        .processor = PROCESSOR_PORT,
    };
}

void options_parse(const char *name, int argc, char **argv, struct options *options)
{
    static const char *const doc = "Measure a server that speaks TLS with client certificates.";
    const bool has_gateway = options->has_gateway;
    struct argp parser = options_argp;
    char program[64];

    parser.doc = doc;
    (void)snprintf(program, sizeof(program), "pangate-bench %s", name);
    argv[0] = program;
    options_init(options);
    options->has_gateway = has_gateway;
    if (has_gateway) {
        options->connections = CONNECTIONS_OF_TABLE;
        options->rounds = ROUNDS_OF_TABLE;
    }
    (void)argp_parse(&parser, argc, argv, 0, NULL, options);
}

bool options_want(const struct options *options, const char *name)
{
    const char *at = options->only == NULL ? name : strstr(name, options->only);

    while (at != NULL && at != name && at[-1] != ' ')
        at = strstr(at + 1, options->only);
    return at != NULL;
}
