/*
 * The arguments that ask about some entries of the audit log, and -c FILE.
 */
#ifndef PANGATE_CLI_AUDIT_FILTER_ARGUMENT_H
#define PANGATE_CLI_AUDIT_FILTER_ARGUMENT_H

#include <argp.h>

#include "audit/filter.h"
#include "cli/audit_access.h"

struct audit_filter_arguments {
    const char *path;     /* of the configuration */
    const char *customer; /* its reference; needs the tenant */
    struct audit_filter filter;
};

/* A child parser; its input is a struct audit_filter_arguments, zeroed. */
extern const struct argp audit_filter_argument;

/* The filter, with the customer's tag if one is asked about. ERR_NOT_FOUND: there is no such
 * tenant. */
enum err audit_filter_resolve(struct audit_filter_arguments *arguments,
                              const struct audit_access *access, struct why *why);

#endif
