/*
 * A configuration's vault, opened in this process while no gateway serves it.
 */
#ifndef PANGATE_BENCH_OFFLINE_H
#define PANGATE_BENCH_OFFLINE_H

#include "base/why.h"
#include "service/clients.h"

struct offline { /* declare with AUTO(offline_close); zeroed: closed */
    struct config *config;
    struct keyring *keyring;
    struct vault *vault;
    struct shared_clients *clients;
    const struct principal *principal; /* the client that was asked for */
};

/* `client` is a name in the file; NULL: the first one that may tokenize. ERR_CONFIG, ERR_IN_USE (a
 * gateway serves it), ERR_NOT_FOUND and what a vault says that does not open; `why` says. */
enum err offline_open(const char *path, const char *client, struct why *why,
                      struct offline *ret_offline);
void offline_close(struct offline *offline);

#endif
