/*
 * Idempotency keys: what identifies a request that is sent again.
 */
#ifndef PANGATE_SERVICE_REQUEST_KEY_H
#define PANGATE_SERVICE_REQUEST_KEY_H

#include "service/caller.h"
#include "service/worker.h"

/* 1 to 64 visible ASCII characters (ERR_BAD_REQUEST) that hold no card number. */
enum err request_key_check(struct bytes key);

/* The keyed hashes of (client, method, path, key) and of the raw body. */
enum err request_key_read(const struct caller *caller,
                          const struct bytes parts[3] /* method, path, key */, struct bytes body,
                          struct idempotency *ret_idempotency);

#endif
