/*
 * Connections of one worker to one processor: looked up, verified, kept for the next request.
 *
 * A call asks for a stream and gets one that is idle, or a new one, or its turn when one comes
 * back. Names are looked up again every UPSTREAM_NAME_MS and after a failure; an address that is
 * not of the public internet is refused unless it is allowed, whichever name it hides behind.
 * Belongs to its loop's thread.
 */
#ifndef PANGATE_NET_UPSTREAM_H
#define PANGATE_NET_UPSTREAM_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/list.h"
#include "net/handshake.h"
#include "net/stream.h"
#include "net/timer.h"

struct loop;
struct resolver;
struct tls_client;
struct upstream;

enum { UPSTREAM_NAME_MS = 30 * 1000 };

struct upstream_options {
    struct loop *loop;
    struct resolver *resolver;
    struct tls_client
        *tls;         /* held while in use; it knows the name that the certificate must have */
    const char *host; /* a DNS name or an IP address */
    in_port_t port;
    bool private_addresses;      /* allowed */
    unsigned connect_timeout_ms; /* from asking until the handshake is done */
    unsigned idle_timeout_ms;
    unsigned connections_max;
    unsigned calls_max; /* that wait for a stream; more are refused */
    size_t input_max, output_max;
};

/* Embedded in who asks. One of the two functions is called, once, never from upstream_ask(). */
struct upstream_call {
    struct list node;
    struct timer deadline;
    struct upstream *upstream;
    void (*ready)(void *owner, struct stream *stream); /* calls stream_attach() */
    void (*failed)(void *owner, enum err err);
    void *owner;
};

enum err upstream_new(const struct upstream_options *options, struct upstream **ret_upstream);

/* All calls must be over and all streams given back or closed. Accepts NULL. */
void upstream_free(struct upstream *upstream);

/* ERR_OVERLOADED at once if too many wait. Later the call may fail with ERR_UNREACHABLE: no
 * address, nobody answered in time, or its certificate is not right. Nothing has been sent then. */
enum err upstream_ask(struct upstream *upstream, struct upstream_call *call);
void upstream_cancel(struct upstream_call *call);

/* The answer is read to its end and another request may follow: the stream is the upstream's
 * again. A stream that is not given back is closed or finished. */
void upstream_give_back(struct upstream *upstream, struct stream *stream);

/* No call will follow those that are made: what is idle, or comes back, is closed. */
void upstream_retire(struct upstream *upstream);

struct upstream_stats {
    uint64_t connections; /* open now */
    uint64_t calls;       /* that got a stream */
    uint64_t handshakes[HANDSHAKE_COUNT];
};

/* Adds to *stats; on the loop's thread. */
void upstream_add_stats(const struct upstream *upstream, struct upstream_stats *stats);

#endif
