/*
 * One client's connection: which request is being read, served or answered.
 *
 *     idle --> read_head --> read_body --> serve --> reply --> idle (keep-alive)
 *                                                    reply --> pour --> reply, where the body of
 *                                                    an answer follows piece by piece
 *
 * A request that its head refuses is answered at once, and what is left of it is skipped. A
 * malformed message jumps to reply and ends the connection. Timeout or hang-up closes from any
 * state. One table says where we are; each state is one short function.
 */
#ifndef PANGATE_GATEWAY_SESSION_H
#define PANGATE_GATEWAY_SESSION_H

#include "gateway/exchange.h"
#include "gateway/worker.h"

enum session_state { IDLE, READ_HEAD, READ_BODY, SERVE, REPLY, POUR, SKIP_BODY, SESSION_STATES };

struct session {
    struct worker_listener *listener;
    struct stream *stream;
    enum session_state state;
    bool finishing;                    /* serve: a submission went out, so finish() is next */
    bool closing;                      /* the connection ends after this answer */
    const struct principal *principal; /* as of `generation`; NULL: no longer a client */
    uint64_t generation;
    int64_t good_until_ms;     /* wall clock: of the peer's certificates and of the lists */
    struct standing *standing; /* held: the connection itself is counted there; NULL: nowhere */
    struct exchange *exchange; /* NULL while idle */
};

/* A connection whose client is known: called by the listener. */
void session_open(struct worker_listener *listener, struct stream *stream);

/* The session's submission is back. */
void session_resume(struct session *session);

/* It waits for somebody who has deadlines of his own. */
void session_wait_long(struct session *session);

/* After a reload: close the connections that would not be let in any more. Who would not for the
 * time, that of a certificate or of a revocation list, is found at the next request. */
void session_judge_again(void *tls, struct stream *stream);

/* Draining: idle connections close now, the others after their answer. */
void session_drain(void *worker, struct stream *stream);

#endif
