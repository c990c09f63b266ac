/*
 * The inside of a stream, shared by stream.c (its life and its owner's calls) and stream_io.c
 * (bytes in and out).
 */
#ifndef PANGATE_NET_STREAM_STATE_H
#define PANGATE_NET_STREAM_STATE_H

#include "net/loop.h"
#include "net/stream.h"
#include "net/stream_host.h"
#include "net/timer.h"
#include "net/transport.h"

enum { STREAM_ADDRESS_SIZE = 48 };

/*  shaking --> open --> finishing --> lingering --> gone
 *  Open may break, and then its owner hears of it; every state may go. */
enum stream_state {
    STREAM_SHAKING,
    STREAM_OPEN,
    STREAM_FINISHING,
    STREAM_LINGERING,
    STREAM_BROKEN,
    STREAM_GONE,
};

struct stream {
    struct list node; /* in its host's */
    struct stream_host *host;
    enum stream_state state;
    bool ended;            /* the peer sends nothing more */
    bool yielded;          /* readable is owed */
    bool blocked;          /* output waits for the socket */
    bool read_wants_write; /* TLS has something to say before it can read on */
    struct transport transport;
    struct watch *watch;
    struct timer deadline;
    struct timer rest; /* nothing moved for a while: TLS lets its buffers go */
    struct task turn;
    const struct stream_handler *handler;
    void *owner;
    struct bytes lent; /* unread input in the host's scratch, while the owner looks at it */
    struct buf input;  /* unread input otherwise, from `consumed` on */
    size_t consumed;
    struct buf output;
    size_t sent;            /* of the output */
    size_t discarded;       /* while lingering */
    struct tls_server *tls; /* that it shook hands with; NULL: plain */
    struct tls_guest guest; /* who asks us */
    struct tls_visit visit; /* whom we ask */
    char address[STREAM_ADDRESS_SIZE];
};

/* Change the state and what is waited for; the end of the round does the rest. */
void stream_enter(struct stream *stream, enum stream_state state);

/* Wait for what the state and the flags ask for; `shaking` is what the handshake asks for. */
void stream_rewatch(struct stream *stream, unsigned shaking);

/* The connection is of no further use: an owner hears `closed`. */
void stream_break(struct stream *stream);

/* Something moves: it does not rest yet. */
void stream_stir(struct stream *stream);

/* As much unread input as there may be. */
bool stream_is_paused(const struct stream *stream);

/* The socket is readable: read and ring the owner. */
void stream_fill(struct stream *stream);

/* Ring the owner for what there is, and keep what it leaves. */
void stream_ring_readable(struct stream *stream);

/* True if nothing is left to send. */
bool stream_send(struct stream *stream);

/* Shut down sending and read on for a moment. */
void stream_linger(struct stream *stream);
void stream_discard(struct stream *stream);

#endif
