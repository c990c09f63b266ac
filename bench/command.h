/*
 * The subcommands of pangate-bench; each returns what main() does.
 */
#ifndef PANGATE_BENCH_COMMAND_H
#define PANGATE_BENCH_COMMAND_H

#include "base/why.h"

/* Say what went wrong, if anything did; what main() returns. */
int command_end(enum err err, const struct why *why);

int command_work(const char *name, int argc, char **argv); /* a workload */
int command_core(int argc, char **argv);
int command_fill(int argc, char **argv);
int command_peers(int argc, char **argv);
int command_table(int argc, char **argv);
int command_compare(const char *before, const char *after);

#endif
