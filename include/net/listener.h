/*
 * A listening socket on one worker's loop, and the connections that came in through it.
 *
 * Sockets are bound by the main thread before it gives up its rights, one per worker
 * (SO_REUSEPORT), and handed to the workers. A connection turns up at the owner only when its
 * handshake is done and its client is known.
 */
#ifndef PANGATE_NET_LISTENER_H
#define PANGATE_NET_LISTENER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/why.h"
#include "net/endpoint.h"
#include "net/handshake.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/tls_server.h"

/*
 * Bind and listen `count` times at one endpoint; port 0 becomes a free port, the same for all and
 * written into *endpoint. A Unix path takes one socket, with mode 0600; a dead socket in its place
 * is replaced. On failure nothing stays open. ERR_IN_USE, ERR_DENIED, ERR_IO.
 */
enum err listener_bind(struct endpoint *endpoint, unsigned count, int *ret_fds, struct why *why);

struct listener_options {
    struct loop *loop;
    int fd;                   /* taken, also when listener_new() fails */
    struct tls_server *tls;   /* held while in use; NULL: plain */
    unsigned connections_max; /* of this socket; beyond it accepting pauses */
    unsigned handshake_timeout_ms;
    size_t input_max;  /* of a stream, not yet consumed: beyond it reading pauses */
    size_t output_max; /* of a stream, not yet sent: beyond it the buffer says failed */
    struct peer_directory directory; /* who is a client; with tls only */
    void (*opened)(void *owner,
                   struct stream *stream); /* calls stream_attach() or stream_close() */
    /* instead of opened, with the peer's address; may be NULL */
    void (*refused)(void *owner, enum handshake result, const char *address);
    void *owner;
};

struct listener;

enum err listener_new(const struct listener_options *options, struct listener **ret_listener);

/* Closes the streams that are left; their owners hear `closed`. Accepts NULL. */
void listener_free(struct listener *listener);

/* No new connections; those that are there go on. For draining. */
void listener_stop(struct listener *listener);

/* Use this for connections that come from now on. */
void listener_set_tls(struct listener *listener, struct tls_server *tls);

/* Every open stream; the visitor may close the one that it is shown. */
void listener_each(struct listener *listener, void (*visit)(void *argument, struct stream *stream),
                   void *argument);

struct listener_stats {
    uint64_t connections; /* open now, handshakes included */
    uint64_t accepted;
    uint64_t pauses; /* times that accepting stopped: connections_max or descriptors ran out */
    uint64_t handshakes[HANDSHAKE_COUNT];
};

/* Adds to *stats. Any thread. */
void listener_add_stats(const struct listener *listener, struct listener_stats *stats);

#endif
