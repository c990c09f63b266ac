/*
 * How far a sink has come, in a file of one line: the number of the first entry that is not known
 * to have arrived. An entry may arrive twice, never not at all.
 */
#ifndef PANGATE_SINK_POSITION_H
#define PANGATE_SINK_POSITION_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/why.h"

/* The content of such a file. ERR_CORRUPT, ERR_NEWER. */
enum err position_read(struct bytes text, uint64_t *ret_position);

/* ERR_NOT_FOUND: there is none yet. ERR_CORRUPT, ERR_NEWER, ERR_IO, with a sentence. */
enum err position_load(const char *path, uint64_t *ret_position, struct why *why);

/* Durable on return; makes the file's folder if it is not there. */
enum err position_save(const char *path, uint64_t position, struct why *why);

#endif
