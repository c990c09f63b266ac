/*
 * A checkpoint that was kept off the box: the note itself, or the last one among a sink's lines.
 */
#ifndef PANGATE_CLI_KEPT_CHECKPOINT_H
#define PANGATE_CLI_KEPT_CHECKPOINT_H

#include "audit/checkpoint.h"

/* ERR_NOT_FOUND: no file, or lines without a checkpoint. ERR_CORRUPT, ERR_FORGED, ERR_IO. */
enum err kept_checkpoint_read(const char *path, const struct note_verifier *verifier,
                              struct merkle_head *ret_head);

#endif
