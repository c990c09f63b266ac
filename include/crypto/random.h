/*
 * Random bytes for keys, nonces and tokens.
 *
 * A pool per thread, filled 4 KiB at a time from the library's generator (CTR_DRBG, SP 800-90A), so
 * that a nonce costs a copy. Bytes are wiped as they are handed out. The pool lies in memory
 * that a child process sees as zeros, that is, empty: two processes never draw the same bytes.
 */
#ifndef PANGATE_CRYPTO_RANDOM_H
#define PANGATE_CRYPTO_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct random; /* SECRET; used by one thread at a time */

/* ERR_MEMORY, or ERR_CRYPTO if the generator has no entropy to begin with. */
enum err random_new(struct random **ret_random);
void random_free(struct random *random);

/* Cannot fail: a generator that gave bytes once and then refuses breaks a promise, see must.h. */
void random_bytes(struct random *random, void *ret_data, size_t size);

/* Each of 0 .. bound - 1 equally likely. */
uint32_t random_below(struct random *random, uint32_t bound);

#endif
