/*
 * What a shop does in a day, as a file: the shares of the workloads that `mixed` is made of.
 *
 *     # of a hundred requests
 *     60 inspect
 *     25 detokenize
 *     15 tokenize
 *
 * A share is a whole number; they need not add up to a hundred. A workload stands there once.
 */
#ifndef PANGATE_BENCH_PROFILE_H
#define PANGATE_BENCH_PROFILE_H

#include "base/bytes.h"
#include "base/why.h"
#include "bench/script.h"

enum { PROFILE_SHARE_MAX = 10000 };

struct share {
    const struct work *work;
    unsigned weight;
};

struct profile {
    size_t count;
    struct share shares[SCRIPT_PARTS_MAX];
};

/* ERR_CONFIG: `why` names the line. */
enum err profile_parse(struct bytes text, const char *path, struct why *why,
                       struct profile *ret_profile);

/* ERR_NOT_FOUND and others of file_read(), too. */
enum err profile_read(const char *path, struct why *why, struct profile *ret_profile);

#endif
