/*
 * One request being served, from its head to its answer.
 *
 * Exchanges come from a pool of the worker's; an idle connection has none. Everything a request
 * brought (head, body, JSON tree) and everything made of it is in here and is wiped when the
 * exchange goes back.
 */
#ifndef PANGATE_GATEWAY_EXCHANGE_H
#define PANGATE_GATEWAY_EXCHANGE_H

#include "gateway/worker.h"
#include "service/blame.h"
#include "service/card_request.h"
#include "service/update.h"
#include "wire/http_body.h"
#include "wire/http_head.h"
#include "wire/json.h"

struct batch_job;
struct endpoint_row;
struct forward;
struct outlet;
struct session;

/* What a handler keeps from begin to finish. SECRET: its done() wipes it. */
union job {
    struct card_request card;
    struct update_request update;
    struct batch_job *batch;
};

enum {
    REQUEST_ID_SIZE = 24,
    EXCHANGE_TEXT_MAX = 8 * 1024 * 1024,

    /* What a request holds is counted in rough figures, and those of a small one all at once. */
    EXCHANGE_COST = 24 * 1024,     /* with its head, its proposal and its answer, and ... */
    EXCHANGE_BODY_FREE = 4 * 1024, /* ... so much of its body ... */
    EXCHANGE_JSON_FREE = 8 * 1024, /* ... and of what is read from it */
};

/* What will be answered. */
struct answer {
    int status;
    enum err err;      /* not OK: problem details are written from it */
    const char *field; /* dotted, or NULL */
    const char *content_type;
    struct buf fields;      /* further field lines */
    struct buf body;        /* made here ... */
    struct bytes constant;  /* ... or lent, if it has bytes */
    uint32_t retry_after_s; /* 0: none */
    bool close;
    bool streamed; /* the body follows piece by piece, its length is not known */
    bool has_receipt;
    uint64_t receipt;
    char token_last4[5]; /* for the log */
};

struct exchange {
    struct list node; /* in the worker's pool */
    struct worker *worker;
    struct session *session; /* NULL once the connection is gone */
    struct directory *directory;
    struct caller caller;
    char request_id[REQUEST_ID_SIZE];
    int64_t started_ns;
    uint64_t bytes_in, bytes_out;
    uint64_t memory_held; /* of the client's share and of the whole */
    size_t body_room;     /* so much of the body is counted in it */

    struct http_body body_reader;
    struct buf head_text, body;
    const struct endpoint_row *endpoint; /* NULL: no such path */
    struct bytes parameter;              /* what stands for {token} in the path */
    struct bytes rest;                   /* what stands for {path}, with its slash */
    struct outlet *outlet;               /* of a call that forwards; held */
    bool answered;                       /* what is left of the body is skipped */
    bool continued;                      /* 100 was sent */

    struct json_doc json;
    struct json_fault fault;
    struct blame blame;            /* what was found wrong so far */
    struct submission *submission; /* at the vault, or back from it */
    bool submission_is_out;
    bool has_job;            /* the handler's done() has something to do */
    struct forward *forward; /* of a call that forwards, once it has begun */
    struct answer answer;
    char address[AUDIT_ADDRESS_SIZE]; /* the caller's; outlives the connection */

    /* Large, and never cleared as a whole: each is begun anew by its reader. */
    struct http_head head;
    union job job; /* the handler's own, wiped by its done() */
};

void request_id_make(struct worker *worker, char ret_id[REQUEST_ID_SIZE]);

/* NULL when the pool is used up. */
struct exchange *exchange_take(struct worker *worker);

void exchange_free(struct exchange *exchange); /* one of the pool */

/* The session is done with it: it goes back, or later if its submission is out or its forward goes
 * on alone. */
void exchange_leave(struct exchange *exchange);

/* Wipe and give back, with all memory that it held. A submission that is still out is let go of: it
 * is freed when it returns. */
void exchange_give_back(struct exchange *exchange);

/* Decide the answer: an error, with the member to blame or NULL. exchange_refuse() enters or counts
 * the refusal; exchange_fail() is for what the vault has entered already. */
void exchange_refuse(struct exchange *exchange, enum err err, const char *field);
void exchange_fail(struct exchange *exchange, enum err err, const char *field);

/* The text of the request head's fields and path. */
static inline struct bytes exchange_head(const struct exchange *exchange)
{
    return buf_bytes(&exchange->head_text);
}

/* Judge the texts outside the body (path, query, Idempotency-Key). What is found is noted and
 * returned: ERR_PAN_IN_TEXT, ERR_BAD_REQUEST. */
enum err exchange_check_texts(struct exchange *exchange);

/* Fill in the submission's idempotency from the request's key, if it has one. */
enum err exchange_read_key(struct exchange *exchange, struct submission *submission);

/* Count memory that is about to be needed, until the exchange goes back. ERR_OVERLOADED if the
 * client's share or the whole is used up, ERR_TOO_LARGE if it is more than the share ever holds. */
enum err exchange_hold(struct exchange *exchange, uint64_t bytes);

/* Count `size` further bytes of the body. */
enum err exchange_hold_body(struct exchange *exchange, size_t size);

/* What was read of the body is of no use any more. */
void exchange_drop_body(struct exchange *exchange);

/* A submission for `count` proposals. ERR_OVERLOADED, ERR_TOO_LARGE. */
enum err exchange_prepare(struct exchange *exchange, size_t count);

/* Hand the submission to the vault. */
enum err exchange_submit(struct exchange *exchange);

#endif
