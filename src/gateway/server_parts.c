#include "gateway/server_parts.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/must.h"
#include "net/resolver.h"
#include "service/cvc_box.h"
#include "service/quarantine.h"

enum { CVC_TTL_MS = 15 * 60 * 1000 };

enum err keyring_of_config(const struct config *config, struct keyring **ret_keyring,
                           struct why *why)
{
    struct root_key root AUTO(root_key_wipe) = { 0 };
    char path[PATH_SIZE];

    TRY(root_key_load(config->gateway.root_key, &root, why));
    TRY(path_join(config->gateway.vault, "keyring", path, sizeof(path)));
    return keyring_open(path, &root, ret_keyring, why);
}

struct vault_options vault_options_of(const struct config *config, struct keyring *keyring)
{
    const struct config_gateway *gateway = &config->gateway;

    return (struct vault_options){
        .folder = gateway->vault,
        .journal_folder = config_path_or_null(gateway->journal_dir),
        .archive_folder = config_path_or_null(gateway->audit_archive),
        .journal_size = gateway->journal_size,
        .size_max = gateway->vault_size_max,
        .expired_keep_ms = gateway->expired_keep_ms,
        .sync_bound_ms = gateway->sync_bound_ms,
        .keyring = keyring,
        .wall_ms = clock_wall_ms,
    };
}

enum err tenants_ensure(const struct config *config, struct keyring *keyring, struct why *why)
{
    uint32_t number;

    for (size_t i = 0; i < config->tenant_count; i++) {
        struct bytes name = bytes_str(config->tenants[i].name);
        if (keyring_tenant(keyring, name, &number) != OK)
            TRY(keyring_add_tenant(keyring, name, clock_wall_ms(), why));
    }
    return OK;
}

static void enter_key(struct server *server, struct audit_entry *entry)
{
    entry->kind = AUDIT_KEY;
    entry->outcome = AUDIT_OK;
    err_ignore(vault_note(server->vault, entry));
}

void keys_enter_made(struct server *server, uint32_t first)
{
    struct key_row row;

    for (uint32_t id = first; keyring_row(server->keyring, id, &row) == OK; id++) {
        const char *tenant = keyring_tenant_name(server->keyring, row.tenant);
        struct audit_entry entry = { 0 };
        if (tenant != NULL)
            must(bytes_copy_text(bytes_str(tenant), entry.tenant, sizeof(entry.tenant)));
        (void)snprintf(entry.detail, sizeof(entry.detail), "key %u was made: %s", id,
                       key_use_name(row.use));
        enter_key(server, &entry);
    }
}

void keys_enter_opened(struct server *server)
{
    struct audit_entry entry = { 0 };

    (void)snprintf(entry.detail, sizeof(entry.detail), "the root key opened %u keys",
                   keyring_key_count(server->keyring));
    enter_key(server, &entry);
}

static enum err recall_each(const struct config *config, struct vault_reader *reader,
                            struct quarantine *quarantine)
{
    for (size_t i = 0; i < config->client_count; i++) {
        const char *client = config->clients[i].name;
        enum err err = vault_find_quarantine(reader, client);
        if (err == OK)
            err = quarantine_recall(quarantine, client);
        else if (err == ERR_NOT_FOUND)
            err = OK;
        TRY(err);
    }
    return OK;
}

enum err clients_recall(struct server *server, const struct config *config, struct why *why)
{
    struct vault_reader *reader;
    enum err err = vault_reader_new(server->vault, &reader);

    if (err == OK) {
        err = recall_each(config, reader, server->quarantine);
        vault_reader_free(reader);
    }
    return err == OK ? OK
                     : why_say(why, err, "which clients are in quarantine cannot be read: %s",
                               err_text(err));
}

enum err server_open_vault(struct server *server, struct why *why)
{
    struct vault_options options;
    uint32_t made_from;

    TRY(keyring_of_config(server->config, &server->keyring, why));
    made_from = keyring_key_count(server->keyring) + 1;
    TRY(tenants_ensure(server->config, server->keyring, why));
    options = vault_options_of(server->config, server->keyring);
    TRY(vault_open(&options, &server->vault, why));
    keys_enter_made(server, made_from);
    if (quarantine_new(&server->quarantine) != OK)
        return why_say(why, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    TRY(clients_recall(server, server->config, why));
    return shared_clients_new(server->config, server->keyring, why, &server->shared);
}

static void tls_servers_release(struct tls_server *tls[CONFIG_LISTENERS_MAX])
{
    for (size_t i = 0; i < CONFIG_LISTENERS_MAX; i++) {
        tls_server_release(tls[i]);
        tls[i] = NULL;
    }
}

enum err tls_servers_open(const struct config *config,
                          struct tls_server *const before[CONFIG_LISTENERS_MAX],
                          struct tls_server *ret_tls[CONFIG_LISTENERS_MAX], struct why *why)
{
    struct tls_server *made[CONFIG_LISTENERS_MAX] = { 0 };

    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        const struct tls_server_options options = { .certificate = listener->certificate,
                                                    .key = listener->key,
                                                    .client_ca = listener->client_ca,
                                                    .client_crl =
                                                        config_path_or_null(listener->client_crl) };
        enum err err = tls_server_new(&options, before[i], why, &made[i]);
        if (err != OK) {
            tls_servers_release(made);
            return err;
        }
    }
    memcpy(ret_tls, made, sizeof(made));
    return OK;
}

static unsigned workers_wanted(const struct config *config)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned wanted = config->gateway.workers;

    if (wanted == 0)
        wanted = cores < 1 ? 1 : (unsigned)cores;
    return wanted > WORKERS_MAX ? WORKERS_MAX : wanted;
}

void server_close_sockets(struct server *server)
{
    struct sockets *sockets = &server->sockets;

    for (size_t i = 0; i < sockets->listeners; i++) {
        for (size_t j = 0; j < sockets->workers; j++)
            fd_close(&sockets->fds[i][j]);
    }
}

enum err server_open_sockets(struct server *server, struct why *why)
{
    const struct config *config = server->config;
    struct sockets *sockets = &server->sockets;

    sockets->workers = workers_wanted(config);
    for (size_t i = 0; i < config->listener_count; i++) {
        struct endpoint endpoint;
        if (endpoint_parse(config->listeners[i].address, &endpoint) != OK)
            return why_say(why, ERR_CONFIG, "[listener %s] address: is no address with a port",
                           config->listeners[i].name);
        TRY(listener_bind(&endpoint, (unsigned)sockets->workers, sockets->fds[i], why));
        sockets->listeners++;
    }
    return OK;
}

static enum err make_worker(struct server *server)
{
    struct sockets *sockets = &server->sockets;
    size_t place = server->worker_count;
    int fds[CONFIG_LISTENERS_MAX];
    const struct worker_parts parts = { .config = server->config,
                                        .vault = server->vault,
                                        .keyring = server->keyring,
                                        .clients = server->shared,
                                        .routes = server->routes,
                                        .resolver = server->resolver,
                                        .cvcs = server->cvcs,
                                        .quarantine = server->quarantine,
                                        .memory = &server->memory,
                                        .tls = server->tls,
                                        .fds = fds };

    for (size_t i = 0; i < sockets->listeners; i++) {
        fds[i] = sockets->fds[i][place];
        sockets->fds[i][place] = -1;
    }
    TRY(worker_new(&parts, &server->workers[place]));
    server->worker_count++;
    return OK;
}

/* A code that no route may use any more is of no use to anybody. */
static int64_t cvc_ttl_ms(const struct config *config)
{
    int64_t ttl_ms = config->route_count == 0 ? CVC_TTL_MS : 0;

    for (size_t i = 0; i < config->route_count; i++) {
        if (config->routes[i].cvc_ttl_ms > ttl_ms)
            ttl_ms = config->routes[i].cvc_ttl_ms;
    }
    return ttl_ms;
}

static enum err open_forwarding(struct server *server, struct why *why)
{
    const struct cvc_box_options codes = { .ttl_ms = cvc_ttl_ms(server->config),
                                           .count_max = server->config->gateway.cvc_max,
                                           .tenants = server->config->tenant_count };

    TRY(routes_open(server->config, &server->places, why, &server->routes));
    TRY(resolver_new(&server->resolver));
    if (cvc_box_new(&codes, &server->cvcs) != OK)
        return why_say(why, ERR_MEMORY,
                       "no memory can be locked for security codes; raise the limit on locked "
                       "memory (ulimit -l, or LimitMEMLOCK= of the unit)");
    return OK;
}

enum err server_open_workers(struct server *server, struct why *why)
{
    struct tls_server *none[CONFIG_LISTENERS_MAX] = { 0 };

    memory_init(&server->memory, server->config->gateway.memory_max);
    TRY(tls_servers_open(server->config, none, server->tls, why));
    TRY(open_forwarding(server, why));
    for (size_t i = 0; i < server->sockets.workers; i++) {
        enum err err = make_worker(server);
        if (err != OK)
            return why_say(why, err, "a worker could not be made: %s", err_text(err));
    }
    return OK;
}

enum err server_drop_rights(const struct config *config, struct why *why)
{
    const char *name = config->gateway.user;
    const bool is_private = prctl(PR_GET_DUMPABLE) == 0;
    const struct passwd *user;

    if (name[0] == '\0' || geteuid() != 0)
        return OK;
    user = getpwnam(name);
    if (user == NULL)
        return why_say(why, ERR_CONFIG,
                       "[gateway] user: there is no such user; create it or "
                       "remove the option");
    if (initgroups(name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
        setuid(user->pw_uid) != 0)
        return why_say(why, ERR_DENIED, "[gateway] user: cannot become this user");
    if (is_private) /* a new user has made it what fs.suid_dumpable says (proc(5)) */
        (void)prctl(PR_SET_DUMPABLE, 0);
    return OK;
}
