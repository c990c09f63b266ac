/*
 * The argument -c FILE that most subcommands share.
 */
#ifndef PANGATE_CLI_CONFIG_ARGUMENT_H
#define PANGATE_CLI_CONFIG_ARGUMENT_H

#include <argp.h>

#include "gateway/config.h"

/* A child parser: its input is a `const char **` that receives the path. */
extern const struct argp config_argument;

/* Read it; on a mistake say each on standard error. NULL then. */
struct config *config_of_argument(const char *path);

/* "pangate: SENTENCE" on standard error, and EXIT_REFUSED. */
int say_why(enum err err, const struct why *why);

#endif
