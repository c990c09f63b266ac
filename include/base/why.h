/*
 * A sentence for a person, beside an enum err: what went wrong and what to do.
 *
 * Used where an operator reads the answer (start, init, check, reload), never on the way of a
 * request. It names files, lines and options; never a value from a file that may hold secrets.
 */
#ifndef PANGATE_BASE_WHY_H
#define PANGATE_BASE_WHY_H

#include "base/err.h"

struct why {
    char text[512]; /* "" until somebody failed */
};

/* Write the sentence and return err, so that `return why_say(why, ERR_IO, ...)` reads well.
 * The first sentence stays: whoever failed deepest knew most. */
enum err why_say(struct why *why, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
