/*
 * What a user would run instead of a gateway, started for a measurement in a folder of its own:
 * nginx answering a constant, Redis and PostgreSQL as token tables that sync every write. All of
 * them over TLS, with client certificates verified.
 */
#ifndef PANGATE_BENCH_PEER_H
#define PANGATE_BENCH_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/file.h"
#include "base/why.h"
#include "bench/script.h"

enum peer_kind { PEER_NGINX, PEER_REDIS, PEER_POSTGRES, PEER_KINDS };

struct peer_options {
    const char *folder; /* where each gets one of its own */
    const char *ca, *certificate, *key;
    unsigned workers, connections_max;
    size_t document_size;    /* of what nginx has at /document */
    unsigned processor_port; /* where nginx passes on what it gets under /v1/forward; 0: nowhere */
    const char *client_certificate, *client_key, *processor_ca; /* for that */
};

struct peer_server { /* declare with AUTO(peer_stop); zeroed: not running */
    pid_t pid;
    unsigned port;
    char folder[PATH_SIZE];
};

const char *peer_name(enum peer_kind kind);

/* The requests that it is measured with; `path` is what nginx is asked for, NULL: its constant. */
void peer_script(enum peer_kind kind, const char *path, const char *authority,
                 struct script *script);

/* ERR_NOT_FOUND if it is not installed; other errors if it does not come up. `why` says. */
enum err peer_start(enum peer_kind kind, const struct peer_options *options, struct why *why,
                    struct peer_server *ret_server);
void peer_stop(struct peer_server *server); /* and its folder goes */

#endif
