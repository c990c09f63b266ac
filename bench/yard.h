/*
 * A gateway of our own: made, filled with cards, started and stopped by the measurement.
 *
 * Its folder is a playground of `pangate quickstart` with a configuration beside it; one that is
 * there already, with as many cards, is used again.
 */
#ifndef PANGATE_BENCH_YARD_H
#define PANGATE_BENCH_YARD_H

#include <sys/types.h>

#include "base/file.h"
#include "base/why.h"
#include "bench/options.h"

enum { YARD_PATHS = 5 };

struct yard { /* declare with AUTO(yard_stop); zeroed: not running */
    char folder[PATH_SIZE], config[PATH_SIZE + 16], tokens[PATH_SIZE + 16];
    char url[64];
    uint64_t cards;
    unsigned port;
    unsigned workers;        /* 0: one per core */
    unsigned processor_port; /* where the route `psp` leads */
    const char *more;        /* lines of its section [gateway]; NULL: none */
    pid_t pid;
    double start_s; /* from the program's start until it answered a handshake */
};

/* Of `cards` cards, below options->folder, by options->pangate. */
enum err yard_make(const struct options *options, uint64_t cards, struct why *why,
                   struct yard *ret_yard);

/* Write its configuration; yard_start() does, too. */
enum err yard_configure(const struct yard *yard, struct why *why);

/* Returns when it serves. Its log goes nowhere. */
enum err yard_start(struct yard *yard, const struct options *options, struct why *why);
void yard_stop(struct yard *yard);

/* Files in its folder `certs`. */
void yard_certificate(const struct yard *yard, const char *name, char ret_path[PATH_SIZE]);

/* Run a subcommand of pangate on its configuration, while it is stopped. */
enum err yard_command(const struct yard *yard, const struct options *options, const char *command);

/* What a file or a folder below its own takes on disk. */
int64_t yard_bytes(const struct yard *yard, const char *name);

/* Let options name it, its clients and its tokens; both are lent what they point to. */
void yard_point(const struct yard *yard, char paths[YARD_PATHS][PATH_SIZE],
                struct options *options);

/* Stop it, and unless options.keep is set its folder goes. */
void yard_close(struct yard *yard, const struct options *options);

#endif
