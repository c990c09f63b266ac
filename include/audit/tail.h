/*
 * What stands in the log's files beyond the vault's number, held against the journal.
 *
 * A crash leaves there a beginning of what the journal says, or nothing. Anything else was put
 * there by somebody; and a file of a later number has no business at all.
 */
#ifndef PANGATE_AUDIT_TAIL_H
#define PANGATE_AUDIT_TAIL_H

#include "audit/log_reader.h"
#include "audit/verify.h"
#include "audit/walk.h"
#include "base/err.h"

/* The walk stands at the vault's number and goes on over the tail's leaves. ERR_CORRUPT, and what
 * the tail or the walk say. */
enum err tail_check(const struct audit_reader_options *options, const struct audit_tail *tail,
                    struct walk *walk);

#endif
