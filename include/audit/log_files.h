/*
 * Writing the audit log's files: leaves in, entry files and hash files out.
 *
 * One writer, one thread; readers may be other threads and other processes, as long as they stay
 * below the number they were told. Whoever opens the log hands in the right edge of the tree that
 * it knows to be durable, and that is the only authority: what the files hold beyond its size is
 * cut off and written again, whether it looks good or not, since after a crash the page cache can
 * show what the disk never got.
 */
#ifndef PANGATE_AUDIT_LOG_FILES_H
#define PANGATE_AUDIT_LOG_FILES_H

#include <stdint.h>

#include "audit/log_layout.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/why.h"
#include "crypto/merkle.h"

struct audit_files;

enum { AUDIT_UNAPPLIED_MAX = 65536 }; /* leaves that the files may hold beyond the edge */

/*
 * Open to write leaf edge->size next; zeroes are the edge of a new log, whose folder is made if it
 * is not there. ERR_CORRUPT if the files end before the edge or their tree has another one;
 * ERR_ROLLED_BACK if they hold more than AUDIT_UNAPPLIED_MAX leaves beyond it; ERR_NEWER. Then
 * nothing was cut off, and `why` says what to do.
 */
enum err audit_files_open(const char *folder, const struct merkle_edge *edge,
                          struct audit_files **ret_files, struct why *why);

/* Closes; what was not synced may be lost. Accepts NULL. */
void audit_files_free(struct audit_files *files);

/*
 * Write leaf `number`, 1 to AUDIT_LEAF_SIZE_MAX bytes; numbers follow each other without a gap.
 * After ERR_NO_SPACE nothing is lost and the same call may be repeated; after a failed sync every
 * call gives ERR_IO.
 */
enum err audit_files_append(struct audit_files *files, uint64_t number, struct bytes leaf);

/* Everything appended is durable, names too. A failed sync is final: only a new open helps. After
 * ERR_NO_SPACE, which comes before any sync, the call may be repeated. */
enum err audit_files_sync(struct audit_files *files);

/* The right edge over all that was appended, to be stored with the vault's number. Its size is the
 * number that comes next. */
const struct merkle_edge *audit_files_edge(const struct audit_files *files);

/* Whether the files being written are still the ones in the folder, undiminished. ERR_CORRUPT
 * if somebody removed, replaced or cut them. For once a second or so. */
enum err audit_files_watch(const struct audit_files *files, struct why *why);

#endif
