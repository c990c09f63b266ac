/*
 * One request after the other over a connection that blocks: for what is prepared before a
 * measurement.
 */
#ifndef PANGATE_BENCH_CALL_H
#define PANGATE_BENCH_CALL_H

#include "base/buf.h"
#include "base/why.h"
#include "bench/dialect.h"
#include "net/transport.h"

struct target;

struct call { /* declare with AUTO(call_close); zeroed but for fd = -1: closed */
    struct transport transport;
    const struct target *target;
    const struct dialect *dialect; /* after call_open() HTTP's; another may be set */
};

enum err call_open(const struct target *target, struct why *why, struct call *ret_call);
void call_close(struct call *call);

/* The whole answer of an HTTP server, and its code ("" for a good one). */
enum err call_make(struct call *call, struct bytes request, struct buf *ret_text,
                   struct answer *ret_answer);

#endif
