/*
 * What every workload takes from the command line.
 */
#ifndef PANGATE_BENCH_OPTIONS_H
#define PANGATE_BENCH_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

struct options {
    const char *url, *ca;
    const char *cert, *key;
    const char *cert2, *key2; /* for the calls that the first pair may not make */
    const char *path;         /* of the workload `constant` */
    const char *profile;      /* of `mixed` */
    const char *tokens;       /* a file of them; NULL: the cards are tokenized first */
    const char *html;
    const char *server_cert, *server_key; /* of peers; NULL: beside the CA */
    const char *only;                     /* peers: of the matches those with this in their name */
    const char *folder;                   /* where the disk is measured */
    double duration_s, warmup_s, rate;
    uint64_t count; /* 0: as many as the duration allows */
    uint64_t cards; /* known ones, to read or to tokenize again */
    unsigned connections, rounds, threads, pipeline, batch, known_percent;
    unsigned workers;   /* of nginx, as many as the gateway has */
    unsigned processor; /* of `forward`: the port where we are it; 0: somebody else is */
    int pid;            /* 0: not known */
    bool json, resumed, renew;
    /* of `table` */
    bool has_gateway;    /* set before parsing: it starts one itself, so none is named */
    bool keep;           /* the vaults that were filled stay in `folder` */
    const char *pangate; /* NULL: beside this program */
    const char *markdown;
    uint64_t many; /* cards of the rows about many of them */
};

void options_init(struct options *options);

/* The argp parser of them; its input is a struct options. Wrong usage ends the program. */
extern const struct argp options_argp;

/* The options of one workload. Only has_gateway is looked at before. */
void options_parse(const char *name, int argc, char **argv, struct options *options);

/* --only picks what has its text at the beginning of a word: "tokenize" is not in "detokenize". */
bool options_want(const struct options *options, const char *name);

#endif
