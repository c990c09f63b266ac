/*
 * One worker: a thread with its event loop, its listeners, its way into the vault.
 *
 * Nothing in it is shared but the counters, which others read, and its mailboxes. A reload comes
 * as a message.
 */
#ifndef PANGATE_GATEWAY_WORKER_H
#define PANGATE_GATEWAY_WORKER_H

#include <pthread.h>

#include "gateway/config.h"
#include "gateway/counters.h"
#include "gateway/directory.h"
#include "gateway/outlet.h"
#include "net/listener.h"
#include "net/timer.h"
#include "service/worker.h"
#include "wire/http_writer.h"

struct quarantine;

struct worker_listener {
    struct worker *worker;
    const struct config_listener *options;
    struct listener *listener;
    struct tls_server *tls;
};

struct worker {
    pthread_t thread;
    bool started;
    struct loop *loop;
    struct service_worker service;
    struct quarantine *quarantine; /* lent, shared by all workers */
    struct mailbox *outcomes;      /* submissions come back here */
    struct mailbox *messages;      /* from the main thread */
    struct directory *directory;
    uint64_t generation;         /* grows with each reload */
    const struct config *config; /* of the start; lent */
    size_t listener_count;
    struct worker_listener listeners[CONFIG_LISTENERS_MAX];
    struct outlets outlets;
    struct list forwards;  /* that are not over */
    struct list exchanges; /* the pool */
    size_t exchange_count; /* in use or in the pool */
    size_t exchanges_idle; /* in the pool */
    struct memory *memory; /* of all workers' requests; lent */
    size_t submissions_out;
    struct http_date date;
    struct buf log_lines; /* of this round */
    struct timer second;  /* once a second: refusals, date */
    bool draining;
    struct counters counters;
};

/* What a worker is made from. `fds` are bound sockets, one per listener of the configuration. */
struct worker_parts {
    const struct config *config;
    struct vault *vault;
    struct keyring *keyring;
    struct shared_clients *clients;
    struct routes *routes;
    struct resolver *resolver;
    struct cvc_box *cvcs;
    struct quarantine *quarantine;
    struct memory *memory;         /* lent */
    struct tls_server *const *tls; /* one per listener */
    const int *fds;                /* taken */
};

enum err worker_new(const struct worker_parts *parts, struct worker **ret_worker);
enum err worker_start(struct worker *worker);

/* A message of the main thread's to a worker. The worker frees it. */
enum worker_order { ORDER_RELOAD, ORDER_DRAIN, ORDER_STOP };

struct worker_message {
    struct list node;
    enum worker_order order;
    struct shared_clients *clients;               /* ORDER_RELOAD; held */
    struct routes *routes;                        /* held */
    struct tls_server *tls[CONFIG_LISTENERS_MAX]; /* held */
};

enum err worker_send(struct worker *worker, const struct worker_message *message);

/* Open connections, for draining. Any thread. */
uint64_t worker_sessions(const struct worker *worker);

/* After ORDER_STOP: wait for the thread. */
void worker_join(struct worker *worker);
void worker_free(struct worker *worker);

#endif
