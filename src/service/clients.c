#include "service/clients.h"

#include <stdlib.h>
#include <string.h>

struct clients {
    size_t count;
    struct rate *rates;
    struct velocity *velocities;
    struct principal rows[]; /* ordered by identity */
};

static int compare_identity(const void *a, const void *b)
{
    const struct principal *x = a, *y = b;

    return strcmp(x->identity, y->identity);
}

static bool names_differ(const struct clients *clients)
{
    for (size_t i = 0; i < clients->count; i++) {
        for (size_t j = i + 1; j < clients->count; j++) {
            if (strcmp(clients->rows[i].name, clients->rows[j].name) == 0)
                return false;
        }
    }
    return true;
}

static bool identities_differ(const struct clients *clients)
{
    for (size_t i = 1; i < clients->count; i++) {
        if (compare_identity(&clients->rows[i - 1], &clients->rows[i]) == 0)
            return false;
    }
    return true;
}

enum err clients_new(const struct principal *rows, size_t count, struct clients **ret_clients)
{
    struct clients *clients = calloc(1, sizeof(*clients) + count * sizeof(rows[0]));

    if (clients == NULL)
        return ERR_MEMORY;
    clients->rates = calloc(count + 1, sizeof(clients->rates[0]));
    clients->velocities = calloc(count + 1, sizeof(clients->velocities[0]));
    if (clients->rates == NULL || clients->velocities == NULL) {
        clients_free(clients);
        return ERR_MEMORY;
    }
    clients->count = count;
    if (count > 0)
        memcpy(clients->rows, rows, count * sizeof(rows[0]));
    qsort(clients->rows, count, sizeof(rows[0]), compare_identity);
    for (size_t i = 0; i < count; i++) {
        rate_init(&clients->rates[i], clients->rows[i].rate_per_second);
        clients->rows[i].rate = &clients->rates[i];
        velocity_init(&clients->velocities[i], clients->rows[i].detokenize_per_minute,
                      clients->rows[i].detokenize_per_day);
        clients->rows[i].velocity = &clients->velocities[i];
    }
    if (!identities_differ(clients) || !names_differ(clients)) {
        clients_free(clients);
        return ERR_EXISTS;
    }
    *ret_clients = clients;
    return OK;
}

void clients_free(struct clients *clients)
{
    if (clients == NULL)
        return;
    free(clients->rates);
    free(clients->velocities);
    free(clients);
}

static int compare_key(const void *key, const void *row)
{
    const struct principal *principal = row;

    return strcmp(key, principal->identity);
}

const struct principal *clients_find(const struct clients *clients, const char *identity)
{
    return bsearch(identity, clients->rows, clients->count, sizeof(clients->rows[0]), compare_key);
}

bool principal_may(const struct principal *principal, enum right right)
{
    return (principal->rights & right) == right;
}

bool principal_may_forward(const struct principal *principal, const char *route)
{
    if (principal_may(principal, RIGHT_FORWARD_ANY))
        return true;
    for (size_t i = 0; i < principal->route_count; i++) {
        if (strcmp(principal->routes[i], route) == 0)
            return true;
    }
    return false;
}
