/*
 * An error as application/problem+json (RFC 9457).
 *
 * Everything in it is ours: the table of errors, the names of our own members, the request's id. It
 * never repeats what was sent.
 */
#ifndef PANGATE_WIRE_PROBLEM_H
#define PANGATE_WIRE_PROBLEM_H

#include "base/buf.h"
#include "base/err.h"

#define PROBLEM_MEDIA_TYPE "application/problem+json"

struct problem {
    enum err err;
    const char *field;  /* dotted; NULL or "" if none is to blame */
    const char *detail; /* a sentence; NULL: one that fits err and field */
    struct bytes request_id;
};

/* {"type":"urn:pangate:error:CODE","title","status","detail","code","request_id","field"} */
void problem_write(struct buf *out, const struct problem *problem);

/* As an item of a batch: {"status","code","field","detail"}. */
void problem_write_item(struct buf *out, const struct problem *problem);

#endif
