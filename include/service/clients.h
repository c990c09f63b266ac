/*
 * Who may call: an immutable table of principals, found by certificate identity.
 *
 * A reload builds a new table; sessions look their principal up again. Only what each client has
 * used up changes, atomically, and is taken over from the table before.
 */
#ifndef PANGATE_SERVICE_CLIENTS_H
#define PANGATE_SERVICE_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "audit/entry.h"
#include "service/right.h"
#include "service/standing.h"

enum { PRINCIPAL_IDENTITY_SIZE = 512, PRINCIPAL_ROUTES_MAX = 32 };

struct principal {
    char identity[PRINCIPAL_IDENTITY_SIZE]; /* "URI:..." or "DNS:..." */
    char name[AUDIT_NAME_SIZE];
    char tenant_name[AUDIT_NAME_SIZE];
    uint32_t tenant;
    unsigned rights; /* enum right */
    size_t route_count;
    char routes[PRINCIPAL_ROUTES_MAX][AUDIT_NAME_SIZE]; /* behind forward: */
    int64_t idempotency_keep_ms;                        /* its tenant's */
    struct standing_limits limits;
    struct standing *standing; /* set by clients_new() */
};

struct clients;

/* Copy `count` rows. ERR_EXISTS if two have one identity or one name. */
enum err clients_new(const struct principal *rows, size_t count, struct clients **ret_clients);
void clients_free(struct clients *clients);

/* Before anybody uses the table: take over the standing of each client that was in the one before,
 * by its name, under the limits of this one. */
void clients_inherit(struct clients *clients, const struct clients *before);

/* NULL if there is none. The result lives as long as the table. */
const struct principal *clients_find(const struct clients *clients, const char *identity);

bool principal_may(const struct principal *principal, enum right right);
bool principal_may_forward(const struct principal *principal, const char *route);

#endif
