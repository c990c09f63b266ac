/*
 * A checkpoint that was kept off the box: the note itself, or of a sink's lines the one that covers
 * most, whatever a collector of logs has written before each.
 */
#ifndef PANGATE_CLI_KEPT_CHECKPOINT_H
#define PANGATE_CLI_KEPT_CHECKPOINT_H

#include "audit/checkpoint.h"

/* ERR_NOT_FOUND: no file, or lines without a checkpoint. ERR_CORRUPT, ERR_FORGED, ERR_IO. */
enum err kept_checkpoint_read(const char *path, const struct note_verifier *verifier,
                              struct merkle_head *ret_head);

#endif
