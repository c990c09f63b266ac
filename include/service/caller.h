/*
 * Who asks, for one request, and on which thread: what every use case begins with.
 */
#ifndef PANGATE_SERVICE_CALLER_H
#define PANGATE_SERVICE_CALLER_H

#include "audit/entry.h"
#include "service/clients.h"

struct service_worker;

struct caller {
    struct service_worker *worker;     /* the thread's; lent for the request */
    const struct principal *principal; /* lent for the request */
    const char *address;               /* without port */
    const char *request_id;
};

/* An entry with the caller's members filled in and outcome ok. */
void caller_entry(const struct caller *caller, enum audit_kind kind, struct audit_entry *ret_entry);

#endif
