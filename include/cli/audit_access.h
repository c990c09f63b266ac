/*
 * A command's way to the audit log of a configuration, whether a gateway runs or not.
 *
 * A running gateway enters that its log is read, and says up to which entry it is in the files
 * soon. Without one the vault is locked and recovered, and the log is all there is.
 */
#ifndef PANGATE_CLI_AUDIT_ACCESS_H
#define PANGATE_CLI_AUDIT_ACCESS_H

#include <stdbool.h>

#include "audit/archive.h"
#include "audit/export.h"
#include "audit/log_reader.h"
#include "audit/note.h"
#include "gateway/config.h"
#include "keys/keyring.h"

struct audit_access { /* declare with AUTO(audit_access_done) */
    struct config *config;
    struct keyring *keyring;
    struct note_verifier verifier;       /* of the log's checkpoints */
    char folder[PATH_SIZE];              /* of the log */
    struct audit_reader_options options; /* to read it */
    struct audit_reader *reader;
    uint64_t from;  /* entries before were deleted after their time */
    uint64_t until; /* entries below it are in the files */
};

/* Load configuration and keyring; says what is wrong in `why`, mistakes in the configuration on
 * standard error. `why` outlives the access, which stays where it is from now on. */
enum err audit_access_begin(const char *config_path, struct audit_access *access, struct why *why);

/* Wait until all that a running gateway answered is in the files. ERR_CLOSED if none runs. */
enum err audit_access_follow(struct audit_access *access, struct why *why);

/* Begin, then follow the running gateway or recover, and make a reader. */
enum err audit_access_open(const char *config_path, struct audit_access *access, struct why *why);
void audit_access_done(struct audit_access *access);

/* Where its archive is and what may be done with it. */
struct audit_archive audit_access_archive(const struct audit_access *access, struct why *why);

/* How far a scan is, on standard error if that is a terminal; else nothing. */
struct audit_progress audit_progress_shown(void);
void audit_progress_end(void);

#endif
