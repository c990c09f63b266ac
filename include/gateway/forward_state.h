/*
 * The inside of a forward, shared by forward.c (its life), forward_intent.c (what comes back from
 * the vault) and forward_talk.c (the connection to the processor).
 */
#ifndef PANGATE_GATEWAY_FORWARD_STATE_H
#define PANGATE_GATEWAY_FORWARD_STATE_H

#include "gateway/forward.h"

enum { FORWARD_PIECE = 16 * 1024, FORWARD_HEAD_MAX = 32 * 1024 };

/* Only this changes the state. */
void forward_enter(struct forward *forward, enum forward_state next);

/* Tell the session, if there is one, that something has changed; without one, a forward that is
 * over goes. The last thing that whoever is called from the loop does. */
void forward_wake(struct forward *forward);

/* No more is to come: submit the outcome. */
void forward_settle(struct forward *forward);

/* Ask the breaker; how it went: with a head of an answer, or forward_fail(). */
bool forward_is_let_try(struct forward *forward);
void forward_tell_success(struct forward *forward);

/* It does not come to an answer of the processor's, or not to its end. */
void forward_fail(struct forward *forward, enum err err);

/* The outcome is not durable. Of a forward with a key, which waits for that, an answer that is not
 * kept must not look as if it were; what was sent stays said. */
void forward_lose_outcome(struct forward *forward, enum err err);

void forward_drop_stream(struct forward *forward);

/* Read as much of the answer's body as there is and as the caller takes. */
void forward_pump(struct forward *forward);

/* The caller has taken what there is of the body. */
void forward_take_body(struct forward *forward);

/* For the upstream. */
void forward_on_ready(void *owner, struct stream *stream);
void forward_on_failed(void *owner, enum err err);

#endif
