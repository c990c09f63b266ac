/*
 * Is the log whole and unchanged? Every byte of its files is held against something.
 *
 * Leaves are hashed again and compared with the rows, rows with the roots of tiles and files, the
 * tree with what the vault, the last checkpoint and an older checkpoint know of it. Heads, sizes
 * and names are known beforehand. What stands beyond the vault's number is compared with the
 * entries that the journal still holds.
 */
#ifndef PANGATE_AUDIT_VERIFY_H
#define PANGATE_AUDIT_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/export.h"
#include "audit/log_reader.h"
#include "audit/note.h"
#include "base/bytes.h"
#include "base/err.h"
#include "crypto/merkle.h"

/* Entries that the journal holds and the vault has not applied: leaves edge.size and on. */
struct audit_tail {
    uint64_t count;
    enum err (*leaf)(void *with, uint64_t number, struct bytes *ret_leaf); /* lent until the next */
    void *with;
};

struct audit_claims {
    struct merkle_edge edge;              /* the vault's: so many entries are in the files */
    const struct audit_tail *tail;        /* NULL: a gateway is writing, look no further */
    const struct note_verifier *verifier; /* of the checkpoint in the folder; NULL: none yet */
    const struct merkle_head *saved;      /* that checkpoint, read before; NULL: read it now */
    uint64_t checkpoint_least;            /* the vault knows that one reached so far */
    const struct merkle_head *older;      /* a checkpoint that somebody kept; NULL: none */
    uint64_t entries_from;                /* entry files before were deleted after their time */
    struct audit_progress progress;
    struct audit_sink sink; /* take == NULL: nobody wants the entries */
};

struct audit_verdict {
    uint64_t entries; /* that were found good */
    struct merkle_hash root;
    bool has_place; /* of the first that is bad */
    uint64_t number;
    char file[AUDIT_FILE_NAME_SIZE]; /* "" if no single file is to blame */
};

/*
 * OK: the log is what everybody remembers. ERR_CORRUPT, ERR_FORGED, ERR_ROLLED_BACK, ERR_NEWER,
 * ERR_NOT_FOUND (a file is missing): it is not; the verdict names the first bad entry and its file
 * where there is one, options->why says it in a sentence. ERR_IO, ERR_MEMORY: it is not known. What
 * the sink says ends the run.
 *
 * While a gateway writes, its checkpoint must be read before the vault's edge is asked for.
 */
enum err audit_verify(const struct audit_reader_options *options, const struct audit_claims *claims,
                      struct audit_verdict *ret_verdict);

#endif
