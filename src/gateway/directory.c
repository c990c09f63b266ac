#include "gateway/directory.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/must.h"

struct shared_clients {
    atomic_uint users;
    struct clients *table;
};

static const struct config_tenant *find_tenant(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->tenant_count; i++) {
        if (strcmp(config->tenants[i].name, name) == 0)
            return &config->tenants[i];
    }
    return NULL;
}

static enum err fill_principal(const struct config *config, const struct keyring *keyring,
                               const struct config_client *client, struct principal *principal)
{
    const struct config_tenant *tenant = find_tenant(config, client->tenant);

    if (tenant == NULL)
        return ERR_CONFIG;
    TRY(keyring_tenant(keyring, bytes_str(client->tenant), &principal->tenant));
    must(bytes_copy_text(bytes_str(client->identity), principal->identity,
                         sizeof(principal->identity)));
    must(bytes_copy_text(bytes_str(client->name), principal->name, sizeof(principal->name)));
    must(bytes_copy_text(bytes_str(client->tenant), principal->tenant_name,
                         sizeof(principal->tenant_name)));
    principal->rights = client->rights;
    principal->route_count = client->forward.count;
    memcpy(principal->routes, client->forward.text, sizeof(principal->routes));
    principal->idempotency_keep_ms = tenant->idempotency_keep_ms;
    principal->limits =
        (struct standing_limits){ .rate_per_second = client->rate_per_second,
                                  .detokenize_per_minute = client->detokenize_per_minute,
                                  .detokenize_per_day = client->detokenize_per_day,
                                  .memory_max = client->memory_max };
    return OK;
}

static enum err build_table(const struct config *config, const struct keyring *keyring,
                            struct principal *rows, struct clients **ret_table)
{
    for (size_t i = 0; i < config->client_count; i++)
        TRY(fill_principal(config, keyring, &config->clients[i], &rows[i]));
    return clients_new(rows, config->client_count, ret_table);
}

enum err shared_clients_new(const struct config *config, const struct keyring *keyring,
                            struct why *why, struct shared_clients **ret_shared)
{
    struct shared_clients *shared = calloc(1, sizeof(*shared));
    struct principal *rows = calloc(config->client_count + 1, sizeof(rows[0]));
    enum err err = shared == NULL || rows == NULL
                       ? ERR_MEMORY
                       : build_table(config, keyring, rows, &shared->table);

    free(rows);
    if (err != OK) {
        free(shared);
        return why_say(why, err, "%s: the clients cannot be taken over: %s", config->path,
                       err_text(err));
    }
    atomic_init(&shared->users, 1);
    *ret_shared = shared;
    return OK;
}

struct shared_clients *shared_clients_hold(struct shared_clients *shared)
{
    atomic_fetch_add(&shared->users, 1);
    return shared;
}

void shared_clients_release(struct shared_clients *shared)
{
    if (shared == NULL || atomic_fetch_sub(&shared->users, 1) > 1)
        return;
    clients_free(shared->table);
    free(shared);
}

void shared_clients_inherit(struct shared_clients *shared, const struct shared_clients *before)
{
    clients_inherit(shared->table, before->table);
}

const struct clients *shared_clients_table(const struct shared_clients *shared)
{
    return shared->table;
}

struct directory *directory_new(struct shared_clients *shared)
{
    struct directory *directory = calloc(1, sizeof(*directory));

    if (directory == NULL)
        return NULL;
    directory->shared = shared_clients_hold(shared);
    directory->users = 1;
    return directory;
}

struct directory *directory_hold(struct directory *directory)
{
    directory->users++;
    return directory;
}

void directory_release(struct directory *directory)
{
    if (directory == NULL || --directory->users > 0)
        return;
    shared_clients_release(directory->shared);
    free(directory);
}
