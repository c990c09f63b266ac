/*
 * Who asks, for one request: what every entry about it says.
 */
#ifndef PANGATE_SERVICE_CALLER_H
#define PANGATE_SERVICE_CALLER_H

#include "audit/entry.h"
#include "service/clients.h"

struct caller {
    const struct principal *principal; /* lent for the request */
    const char *address;               /* without port */
    const char *request_id;
};

/* An entry with the caller's members filled in and outcome ok. */
void caller_entry(const struct caller *caller, enum audit_kind kind, struct audit_entry *ret_entry);

#endif
