/*
 * Every call of the API in one table: path, method, right, media, handler.
 */
#ifndef PANGATE_GATEWAY_ENDPOINT_TABLE_H
#define PANGATE_GATEWAY_ENDPOINT_TABLE_H

#include "gateway/exchange.h"
#include "service/right.h"

/* What a handler's function says. */
enum serve {
    SERVE_ANSWER, /* exchange->answer is decided */
    SERVE_WAIT,   /* the submission is out; finish() is called when it is back */
    SERVE_SLICE,  /* more to do: call the same function again when others had a turn */
};

/* `begin` ends in an answer or a submitted proposal, `finish` begins with its outcome. */
struct handler {
    enum serve (*begin)(struct exchange *exchange);
    enum serve (*finish)(struct exchange *exchange); /* NULL: never waits */
    void (*done)(struct exchange *exchange);         /* NULL: has no job */
};

enum endpoint_body {
    BODY_NONE,
    BODY_JSON,
    BODY_PATCH,   /* JSON or merge patch */
    BODY_FORWARD, /* any, and it goes on to a route's processor */
    BODY_INBOUND, /* any, and it goes on to a server of the merchant's */
};

struct endpoint_row {
    const char *path;        /* "{token}" stands for one segment, "{path}" for all that follow */
    enum http_method method; /* HTTP_METHOD_OTHER: any that may be forwarded */
    enum right right;
    enum audit_kind kind; /* of entries about refusals */
    enum endpoint_body body;
    bool takes_key; /* honours Idempotency-Key */
    const struct handler *handler;
};

enum { ENDPOINTS_MAX = 16 };

size_t endpoint_count(void);
const struct endpoint_row *endpoint_at(size_t index);
size_t endpoint_index(const struct endpoint_row *row);

enum { ALLOW_SIZE = 64 };

struct endpoint_match {
    const struct endpoint_row *row; /* also for ERR_BAD_METHOD: one of the path's; else NULL */
    struct bytes parameter, rest;   /* lent from the path: of one segment; of {path} */
    char allow[ALLOW_SIZE];         /* for ERR_BAD_METHOD: the path's methods, as Allow says them */
};

/*
 * Find the call. ERR_NO_ROUTE: no such path. ERR_BAD_METHOD: the path has other methods;
 * ERR_NOT_IMPLEMENTED: HTTP has no such method. HEAD finds GET. *ret_match is always written.
 */
enum err endpoint_find(struct bytes path, enum http_method method,
                       struct endpoint_match *ret_match);

#endif
