/*
 * LMDB alone, in its durable mode: the gateway's rows, committed so many at once, without a
 * journal, keys, rules or a network.
 */
#ifndef PANGATE_BENCH_LMDB_PEER_H
#define PANGATE_BENCH_LMDB_PEER_H

#include <stddef.h>
#include <stdint.h>

#include "base/why.h"

struct lmdb_sizes { /* of a card's rows, in bytes */
    size_t token_key, token_value, index_key, index_value;
};

/* As they are in a gateway's vault, which may be served. ERR_NOT_FOUND if it has no cards. */
enum err lmdb_sizes_read(const char *vault, struct why *why, struct lmdb_sizes *ret_sizes);

struct lmdb_peer;

/* An empty one, in a new folder below `folder`. */
enum err lmdb_peer_open(const char *folder, const struct lmdb_sizes *sizes, struct why *why,
                        struct lmdb_peer **ret_peer);
void lmdb_peer_close(struct lmdb_peer *peer); /* and its folder goes; accepts NULL */

struct lmdb_load {
    unsigned per_commit;
    uint64_t cards; /* at most */
    double seconds; /* at most */
};

/* Commit new cards; how many a second. */
enum err lmdb_peer_load(struct lmdb_peer *peer, const struct lmdb_load *load, double *ret_rate);

#endif
