/*
 * One request on its way to a processor and its answer on the way back.
 *
 *     store --> intent --> connect --> head --> body --> outcome --> over
 *
 * Only what comes inbound with unknown cards begins by storing them.
 * The intent is on disk before a connection is asked for; whatever happens afterwards ends in an
 * outcome. A forward belongs to its exchange, and the exchange lives on without its session until
 * the outcome is with the vault: a caller who hangs up before anything was sent stops the forward,
 * later it goes on alone.
 */
#ifndef PANGATE_GATEWAY_FORWARD_H
#define PANGATE_GATEWAY_FORWARD_H

#include "gateway/exchange.h"
#include "gateway/outlet.h"
#include "relay/answer.h"
#include "service/forward.h"
#include "wire/http_response_head.h"

enum forward_state {
    FORWARD_STORE,   /* cards of an inbound request at the vault */
    FORWARD_INTENT,  /* at the vault, or not yet there */
    FORWARD_CONNECT, /* waits for a connection */
    FORWARD_HEAD,    /* the request is out */
    FORWARD_BODY,    /* the answer comes in */
    FORWARD_OUTCOME, /* at the vault, and the caller waits for it */
    FORWARD_OVER,
    FORWARD_STATES
};

struct inbound_cards;

struct forward {      /* SECRET */
    struct list node; /* in the worker's */
    struct exchange *exchange;
    const struct route *route; /* of the exchange's outlet */
    enum forward_state state;
    struct idempotency key; /* used: the answer is kept */
    bool is_admitted;       /* by the breaker, which waits to hear how it went */
    bool may_have_left;     /* a byte of the request */
    bool is_out;            /* all of it */
    bool answered;          /* exchange->answer is decided */
    bool broken;            /* what followed the answer's head has not come to its end */
    bool replayed;
    uint64_t intent;
    uint16_t status; /* of the processor; 0: none came */
    int64_t asked_ns, answered_ns;
    int64_t full_since_ms; /* the caller has enough to take; 0: not so */
    int64_t late_ms;       /* of the caller, so far */
    struct buf request;
    struct upstream_call call;
    struct stream *stream;
    struct buf head_text;
    struct http_body body;
    struct buf piece; /* of the answer, as it came */
    struct answer_rules rules;
    struct buf whole;  /* the cleaned body again, where it is to be kept or judged */
    struct buf sealed; /* the answer as it is kept; lent to the vault */
    struct timer retry;
    size_t lookups;                /* so far, in the vault, of numbers found */
    struct inbound_cards *unknown; /* of an inbound request; NULL: none, or stored */
    struct forward_cards cards;

    /* Large, and not cleared as a whole: each is begun by whoever fills it. */
    struct http_response_head head;
    struct marks body_marks; /* of the exchange's body, once it was read for them */
    struct echo_codes codes; /* that were put in */
    struct own_pans own;     /* the numbers of the cards, once they are open */
    struct answer_filter filter;
};

/* Whether card numbers become tokens on their way out, instead of the reverse. */
static inline bool forward_is_inbound(const struct forward *forward)
{
    return forward->route->config->inbound;
}

/* A number is about to be looked up in the vault. False: it was asked for too often, and a number
 * that cannot be looked up is masked. */
bool forward_may_look_up(struct forward *forward);

/* For the exchange; NULL: no memory. */
struct forward *forward_new(struct exchange *exchange);
void forward_free(struct forward *forward);

/* The token of a number in a text, for struct held_vault: `context` is the forward. */
bool forward_find_token(void *context, const struct pan *pan, struct token *ret_token);

/* Whether the caller only wants to see what would be sent; and the answer that shows it. */
bool forward_is_dry_run(const struct exchange *exchange);
enum err forward_dry_run(struct exchange *exchange);

/* Read the Idempotency-Key, if there is one, into forward->key. */
enum err forward_read_key(struct forward *forward);

/* Propose the intent for forward->cards. */
enum err forward_submit(struct forward *forward);

/* A submission of the exchange's is back from the vault. */
void forward_returned(struct forward *forward);

/* The session is gone. True: the exchange is still needed, and gives itself back later. */
bool forward_leave(struct forward *forward);

/* Nothing has been sent yet, so a caller who hangs up stops it. */
static inline bool forward_may_stop(const struct forward *forward)
{
    return !forward->may_have_left;
}

/* Whether the session can begin to answer. */
bool forward_is_answered(const struct forward *forward);

enum pour { POUR_NONE, POUR_SOME, POUR_END, POUR_BROKEN };

/* Append what there is of an answer that streams. After POUR_SOME there may be more, and nobody
 * rings for it: ask again when that is sent. After POUR_NONE the session is told. */
enum pour forward_pour(struct forward *forward, struct buf *output);

/* The worker stops: bring every forward to its outcome. */
void forward_stop_all(struct worker *worker);

/* Everything is back from the vault, and those that are left are those whose outcome it had no room
 * for. Where it has none even now the intent stays open, and the next start enters that the outcome
 * is not known. */
void forward_give_up_all(struct worker *worker);

#endif
