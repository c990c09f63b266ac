#include "service/clients.h"

#include <stdlib.h>
#include <string.h>

struct clients {
    size_t count;
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

static enum err give_standing(struct clients *clients)
{
    for (size_t i = 0; i < clients->count; i++) {
        clients->rows[i].standing = standing_new(&clients->rows[i].limits);
        if (clients->rows[i].standing == NULL)
            return ERR_MEMORY;
    }
    return OK;
}

enum err clients_new(const struct principal *rows, size_t count, struct clients **ret_clients)
{
    struct clients *clients = calloc(1, sizeof(*clients) + count * sizeof(rows[0]));
    enum err err;

    if (clients == NULL)
        return ERR_MEMORY;
    clients->count = count;
    if (count > 0)
        memcpy(clients->rows, rows, count * sizeof(rows[0]));
    for (size_t i = 0; i < count; i++)
        clients->rows[i].standing = NULL;
    qsort(clients->rows, count, sizeof(rows[0]), compare_identity);
    err = identities_differ(clients) && names_differ(clients) ? give_standing(clients) : ERR_EXISTS;
    if (err != OK)
        clients_free(clients);
    else
        *ret_clients = clients;
    return err;
}

void clients_free(struct clients *clients)
{
    if (clients == NULL)
        return;
    for (size_t i = 0; i < clients->count; i++)
        standing_release(clients->rows[i].standing);
    free(clients);
}

static void inherit(struct principal *principal, const struct principal *before)
{
    standing_release(principal->standing);
    principal->standing = standing_hold(before->standing);
    standing_limit(principal->standing, &principal->limits);
}

void clients_inherit(struct clients *clients, const struct clients *before)
{
    for (size_t i = 0; i < clients->count; i++) {
        for (size_t j = 0; j < before->count; j++) {
            if (strcmp(clients->rows[i].name, before->rows[j].name) == 0)
                inherit(&clients->rows[i], &before->rows[j]);
        }
    }
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
