#include "gateway/server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "gateway/admin.h"
#include "gateway/notify.h"
#include "gateway/server_parts.h"
#include "net/resolver.h"
#include "service/quarantine.h"

enum { DRAIN_CHECK_MS = 50, WATCH_MS = 1000 };

static void stop_workers(struct server *server)
{
    const struct worker_message stop = { .order = ORDER_STOP };

    for (size_t i = 0; i < server->worker_count; i++) {
        if (server->workers[i]->started) /* else nobody would take it */
            err_ignore(worker_send(server->workers[i], &stop));
    }
    for (size_t i = 0; i < server->worker_count; i++)
        worker_join(server->workers[i]);
}

static bool all_are_idle(const struct server *server)
{
    for (size_t i = 0; i < server->worker_count; i++) {
        if (worker_sessions(server->workers[i]) > 0)
            return false;
    }
    return true;
}

static void on_drain_check(void *owner)
{
    struct server *server = owner;

    if (all_are_idle(server) || loop_now_ms(server->loop) >= server->drain_deadline_ms)
        loop_stop(server->loop);
}

static void on_terminate(void *owner, uid_t sender)
{
    struct server *server = owner;
    const struct worker_message drain = { .order = ORDER_DRAIN };

    if (server->draining)
        return;
    server->draining = true;
    server->stopped_by = sender;
    log_say(LOG_INFO, "draining");
    notify("STOPPING=1");
    for (size_t i = 0; i < server->worker_count; i++)
        err_ignore(worker_send(server->workers[i], &drain));
    server->drain_deadline_ms =
        loop_now_ms(server->loop) + server->config->gateway.drain_timeout_ms;
    timer_repeat(&server->drain_check, DRAIN_CHECK_MS);
}

/* `user` is who wanted it: of what the kernel sent nobody is known but whose process this is. */
static void enter(struct server *server, enum audit_kind kind, uid_t user, enum err err)
{
    struct audit_entry entry = { .kind = kind, .outcome = err == OK ? AUDIT_OK : AUDIT_FAILED };

    (void)snprintf(entry.address, sizeof(entry.address), "uid %u",
                   user == SENDER_UNKNOWN ? getuid() : user);
    if (err != OK)
        (void)bytes_copy_text(bytes_str(err_code(err)), entry.code, sizeof(entry.code));
    err_ignore(vault_note(server->vault, &entry));
}

static void on_hangup(void *owner, uid_t sender)
{
    struct server *server = owner;
    struct why why = { 0 };
    struct log_line line;
    enum err err;

    notify("RELOADING=1");
    err = server_reload(server, &why);
    log_begin(&line, err == OK ? LOG_INFO : LOG_ERROR, err == OK ? "reloaded" : "reload refused");
    if (err != OK)
        json_str(&line.json, "reason", why.text);
    log_end(&line);
    enter(server, AUDIT_RELOAD, sender, err);
    notify("READY=1");
}

static void raise_overdue(struct server *server, const char *listener)
{
    struct audit_entry entry = { .kind = AUDIT_ALARM, .outcome = AUDIT_OK };
    struct log_line line;

    (void)snprintf(entry.detail, sizeof(entry.detail), "overdue revocation list: %.30s", listener);
    err_ignore(vault_note(server->vault, &entry));
    log_begin(&line, LOG_ERROR, "revocation list is overdue");
    json_str(&line.json, "listener", listener);
    log_end(&line);
}

/* An overdue list lets nobody in: people hear of each once, and again only of another. */
static void watch_revocation_lists(struct server *server)
{
    const int64_t now_ms = clock_wall_ms();

    for (size_t i = 0; i < server->config->listener_count; i++) {
        const int64_t due_ms = tls_server_crl_due_ms(server->tls[i]);
        if (due_ms > now_ms || due_ms == server->overdue_told_ms[i])
            continue;
        server->overdue_told_ms[i] = due_ms;
        raise_overdue(server, server->config->listeners[i].name);
    }
}

static void on_watch(void *owner)
{
    struct server *server = owner;

    watch_revocation_lists(server);
    exporters_watch(server->exporters, server->vault);
}

static enum err start_exporters(struct server *server, struct why *why)
{
    TRY(exporters_open(server->config, &server->config->gateway, &server->exporters, why));
    TRY(exporters_start(server->exporters, server->vault, server->keyring, why));
    timer_repeat(&server->watch, WATCH_MS);
    return OK;
}

static enum err watch_signals(struct server *server)
{
    TRY(loop_watch_signal(server->loop, SIGTERM, on_terminate, server));
    TRY(loop_watch_signal(server->loop, SIGINT, on_terminate, server));
    return loop_watch_signal(server->loop, SIGHUP, on_hangup, server);
}

static enum err start(struct server *server, struct why *why)
{
    if (loop_new(&server->loop) != OK || watch_signals(server) != OK)
        return why_say(why, ERR_MEMORY, "no event loop could be made");
    timer_init(&server->drain_check, server->loop, on_drain_check, server);
    timer_init(&server->watch, server->loop, on_watch, server);
    TRY(server_open_sockets(server, why));
    TRY(server_drop_rights(server->config, why));
    TRY(server_open_vault(server, why));
    TRY(server_open_workers(server, why));
    TRY(start_exporters(server, why));
    TRY(admin_new(server, &server->admin, why));
    for (size_t i = 0; i < server->worker_count; i++) {
        if (worker_start(server->workers[i]) != OK)
            return why_say(why, ERR_MEMORY, "a worker thread could not be started");
    }
    return OK;
}

static void close_all(struct server *server)
{
    stop_workers(server);
    for (size_t i = 0; i < server->worker_count; i++)
        worker_free(server->workers[i]);
    admin_free(server->admin);
    server_close_sockets(server);
    exporters_close(server->exporters);
    if (server->vault != NULL)
        vault_close(server->vault);
    for (size_t i = 0; i < CONFIG_LISTENERS_MAX; i++)
        tls_server_release(server->tls[i]);
    resolver_free(server->resolver);
    routes_release(server->routes);
    cvc_box_free(server->cvcs);
    shared_clients_release(server->shared);
    quarantine_free(server->quarantine);
    if (server->keyring != NULL)
        keyring_free(server->keyring);
    config_free(server->clients);
    timer_stop(&server->drain_check);
    timer_stop(&server->watch);
    loop_free(server->loop);
}

static void log_start(const struct server *server)
{
    struct log_line line;

    log_begin(&line, LOG_INFO, "ready");
    json_str(&line.json, "version", PANGATE_VERSION);
    json_number(&line.json, "pid", getpid());
    json_number(&line.json, "workers", (int64_t)server->worker_count);
    log_end(&line);
}

enum err server_run(const struct config *config, struct why *why)
{
    struct server *server = calloc(1, sizeof(*server));
    const uid_t started_by = getuid(); /* before the rights are dropped */
    enum err err;

    if (server == NULL)
        return why_say(why, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    server->config = config;
    server->started_ms = server->instructed_ms = clock_wall_ms();
    err = start(server, why);
    if (err == OK) {
        enter(server, AUDIT_START, started_by, OK);
        keys_enter_opened(server);
        log_start(server);
        notify("READY=1");
        loop_run(server->loop);
        enter(server, AUDIT_STOP, server->stopped_by, OK);
        exporters_finish(server->exporters, server->vault);
    }
    close_all(server);
    if (err == OK)
        log_say(LOG_INFO, "stopped");
    free(server);
    return err;
}
