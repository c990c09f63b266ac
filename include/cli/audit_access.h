/*
 * A command's way to the audit log of a configuration, whether a gateway runs or not.
 *
 * A running gateway enters that its log is read, and says up to which entry it is in the files
 * soon. Without one the vault is locked and recovered, and the log is all there is.
 */
#ifndef PANGATE_CLI_AUDIT_ACCESS_H
#define PANGATE_CLI_AUDIT_ACCESS_H

#include <stdbool.h>

#include "audit/export.h"
#include "audit/log_reader.h"
#include "gateway/config.h"
#include "keys/keyring.h"

struct audit_access { /* declare with AUTO(audit_access_done) */
    struct config *config;
    struct keyring *keyring;
    struct audit_reader *reader;
    char folder[PATH_SIZE];
    uint64_t until; /* entries below it are in the files */
    bool is_served; /* by a running gateway */
};

/* Load the configuration and get there; says what is wrong in `why`, mistakes in the configuration
 * on standard error. `why` outlives the access. */
enum err audit_access_open(const char *config_path, struct audit_access *ret_access,
                           struct why *why);
void audit_access_done(struct audit_access *access);

/* How far a scan is, on standard error if that is a terminal; else nothing. */
struct audit_progress audit_progress_shown(void);
void audit_progress_end(void);

#endif
