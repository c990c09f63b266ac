/*
 * The whole gateway as one process: vault, workers, admin listener, signals.
 *
 * The main thread owns everything here; workers get messages. SIGHUP reloads, SIGTERM and SIGINT
 * drain.
 */
#ifndef PANGATE_GATEWAY_SERVER_H
#define PANGATE_GATEWAY_SERVER_H

#include "base/why.h"
#include "gateway/config.h"
#include "gateway/exporter.h"
#include "gateway/route.h"
#include "gateway/worker.h"

enum { WORKERS_MAX = 256 };

struct admin;

/* Bound sockets on their way to the workers: one per listener and worker. */
struct sockets {
    size_t listeners, workers;
    int fds[CONFIG_LISTENERS_MAX][WORKERS_MAX]; /* -1: handed over */
};

struct server {
    const struct config *config; /* of the start; lent */
    struct config *clients;      /* of the last reload, NULL before; its clients are in force */
    struct keyring *keyring;
    struct vault *vault;
    struct shared_clients *shared;
    struct tls_server *tls[CONFIG_LISTENERS_MAX];
    struct routes *routes; /* in force */
    struct route_places places;
    struct resolver *resolver;
    struct cvc_box *cvcs;
    struct quarantine *quarantine;
    struct memory memory; /* held by all requests in work */
    struct exporters *exporters;
    struct sockets sockets;
    size_t worker_count;
    struct worker *workers[WORKERS_MAX];
    struct loop *loop;
    struct admin *admin;
    struct timer drain_check;
    struct timer watch;
    int64_t drain_deadline_ms;
    int64_t started_ms;
    int64_t instructed_ms;                         /* older instructions are refused */
    int64_t overdue_told_ms[CONFIG_LISTENERS_MAX]; /* of each revocation list that was an alarm */
    bool draining;
    uid_t stopped_by;
};

/* Serve until SIGTERM or SIGINT, then drain. Logs what happens; `why` says why it did not start. */
enum err server_run(const struct config *config, struct why *why);

/* Read the file again and put certificates, revocation lists, clients, routes and sinks in force;
 * on any mistake nothing changes and `why` says what it was. */
enum err server_reload(struct server *server, struct why *why);

#endif
