/*
 * How one kind of server is spoken to: what opens a connection, and where an answer ends. Only as
 * much is read as a measurement needs, since the generator shares its cores with the server.
 */
#ifndef PANGATE_BENCH_DIALECT_H
#define PANGATE_BENCH_DIALECT_H

#include "base/bytes.h"
#include "base/err.h"
#include "bench/tally.h"

enum answer_step {
    ANSWER_MORE,   /* it has not arrived whole */
    ANSWER_DONE,   /* size and code are written */
    ANSWER_BROKEN, /* not an answer of this dialect */
};

struct answer {
    size_t size;
    char code[CODE_SIZE]; /* "" for a good one */
};

struct dialect {
    const char *name;
    /* On the connected, blocking socket before TLS; NULL: nothing. */
    enum err (*preface)(int fd);
    /* What is sent first inside TLS, and when its answer is over; size 0: nothing. */
    struct bytes greeting;
    enum answer_step (*greeted)(struct bytes text, struct answer *ret_answer);
    enum answer_step (*answered)(struct bytes text, struct answer *ret_answer);
};

extern const struct dialect dialect_http;
extern const struct dialect dialect_http_head; /* answers without bodies, RFC 9110, 9.3.2 */
extern const struct dialect dialect_redis;
extern const struct dialect dialect_postgres;

#endif
