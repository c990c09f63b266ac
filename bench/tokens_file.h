/*
 * Tokens in a file, one a line: what `fill` leaves behind for `inspect` and `detokenize`, which
 * would have to tokenize every card again to learn them.
 */
#ifndef PANGATE_BENCH_TOKENS_FILE_H
#define PANGATE_BENCH_TOKENS_FILE_H

#include "base/why.h"
#include "bench/cards.h"

/* Replaces the file. Errors as of file_replace(); `why` says. */
enum err tokens_write(const struct tokens *tokens, const char *path, struct why *why);

/* ERR_NOT_FOUND, ERR_CORRUPT (not a token a line, or none at all), ERR_MEMORY; `why` says. */
enum err tokens_read(const char *path, struct tokens *ret_tokens, struct why *why);

#endif
