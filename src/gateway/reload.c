#include "gateway/server_parts.h"
#include "service/cvc_box.h"

/* What a reload puts in force. Held until every worker was told. */
struct reloaded {
    struct config *config;
    struct tls_server *tls[CONFIG_LISTENERS_MAX];
    struct shared_clients *clients;
    struct routes *routes;
    struct exporters *exporters;
};

static void reloaded_done(struct reloaded *reloaded)
{
    for (size_t i = 0; i < CONFIG_LISTENERS_MAX; i++)
        tls_server_release(reloaded->tls[i]);
    shared_clients_release(reloaded->clients);
    routes_release(reloaded->routes);
    exporters_close(reloaded->exporters);
    config_free(reloaded->config);
}

static bool same_listeners(const struct config *a, const struct config *b)
{
    if (a->listener_count != b->listener_count)
        return false;
    for (size_t i = 0; i < a->listener_count; i++) {
        if (strcmp(a->listeners[i].address, b->listeners[i].address) != 0)
            return false;
    }
    return true;
}

static enum err read_again(struct server *server, struct reloaded *reloaded, struct why *why)
{
    struct config_mistakes mistakes = { 0 };
    uint32_t made_from;
    enum err err = config_load(server->config->path, &reloaded->config, &mistakes);

    if (err != OK)
        return why_say(why, err, "%s", mistakes.text[0]);
    if (!same_listeners(server->config, reloaded->config))
        return why_say(why, ERR_CONFIG, "listeners and their addresses change with a restart only");
    TRY(routes_open(reloaded->config, &server->places, why, &reloaded->routes));
    TRY(routes_compare(reloaded->routes, server->routes, why));
    made_from = keyring_key_count(server->keyring) + 1;
    TRY(tenants_ensure(reloaded->config, server->keyring, why));
    keys_enter_made(server, made_from);
    TRY(clients_recall(server, reloaded->config, why));
    TRY(shared_clients_new(reloaded->config, server->keyring, why, &reloaded->clients));
    TRY(exporters_open(reloaded->config, &server->config->gateway, &reloaded->exporters, why));
    TRY(exporters_compare(reloaded->exporters, server->exporters, why));
    return tls_servers_open(reloaded->config, server->tls, reloaded->tls, why);
}

static void tell_worker(struct worker *worker, const struct reloaded *reloaded)
{
    struct worker_message message = { .order = ORDER_RELOAD,
                                      .clients = shared_clients_hold(reloaded->clients),
                                      .routes = routes_hold(reloaded->routes) };

    for (size_t i = 0; i < worker->listener_count; i++)
        message.tls[i] = tls_server_hold(reloaded->tls[i]);
    if (worker_send(worker, &message) == OK)
        return;
    shared_clients_release(message.clients);
    routes_release(message.routes);
    for (size_t i = 0; i < worker->listener_count; i++)
        tls_server_release(message.tls[i]);
}

static void swap(struct server *server, struct reloaded *reloaded)
{
    struct reloaded before = { .config = server->clients,
                               .clients = server->shared,
                               .routes = server->routes,
                               .exporters = server->exporters };

    memcpy(before.tls, server->tls, sizeof(before.tls));
    server->clients = reloaded->config;
    server->shared = reloaded->clients;
    server->routes = reloaded->routes;
    server->exporters = reloaded->exporters;
    memcpy(server->tls, reloaded->tls, sizeof(server->tls));
    *reloaded = before;
}

enum err server_reload(struct server *server, struct why *why)
{
    struct reloaded reloaded AUTO(reloaded_done) = { 0 };

    TRY(read_again(server, &reloaded, why));
    shared_clients_inherit(reloaded.clients, server->shared);
    for (size_t i = 0; i < server->worker_count; i++)
        tell_worker(server->workers[i], &reloaded);
    swap(server, &reloaded);
    cvc_box_divide(server->cvcs, server->clients->tenant_count);
    exporters_close(reloaded.exporters); /* the new ones go on where these have come to */
    reloaded.exporters = NULL;
    return exporters_start(server->exporters, server->vault, server->keyring, why);
}
