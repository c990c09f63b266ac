#include "gateway/status_page.h"

#include <unistd.h>

#include "base/instant.h"
#include "base/json_writer.h"
#include "gateway/readiness.h"
#include "net/certificate_info.h"
#include "service/quarantine.h"

/* Two files per listener: its certificate and its client CA. */
bool certificate_file_next(const struct server *server, size_t *at,
                           struct certificate_file *ret_file)
{
    const struct config *config = server->clients == NULL ? server->config : server->clients;

    for (; *at < 2 * config->listener_count; (*at)++) {
        const struct config_listener *listener = &config->listeners[*at / 2];
        const char *path = *at % 2 == 0 ? listener->certificate : listener->client_ca;
        if (certificate_not_after(path, &ret_file->not_after_ms) != OK)
            continue;
        (void)bytes_copy_text(bytes_str(path), ret_file->path, sizeof(ret_file->path));
        (*at)++;
        return true;
    }
    return false;
}

static void write_reasons(struct json_writer *json, struct server *server)
{
    struct readiness readiness;

    readiness_judge(server, &readiness);
    json_str(json, "state", readiness_state_name(readiness.state));
    json_open(json, "reasons", '[');
    for (size_t i = 0; i < readiness.count; i++)
        json_str(json, NULL, readiness.reasons[i]);
    json_close(json, ']');
}

static void write_journal(struct json_writer *json, const struct vault_stats *stats)
{
    json_open(json, "journal", '{');
    json_number(json, "next", (int64_t)stats->next);
    json_number(json, "applied", (int64_t)stats->applied);
    json_number(json, "bytes", (int64_t)stats->journal_used_bytes);
    json_number(json, "bytes_max", (int64_t)stats->journal_size_bytes);
    json_close(json, '}');
    json_open(json, "overlay", '{');
    json_number(json, "used", (int64_t)stats->overlay_changes);
    json_number(json, "max", (int64_t)stats->overlay_changes_max);
    json_close(json, '}');
}

static void write_vault(struct json_writer *json, struct server *server,
                        const struct vault_stats *stats)
{
    uint64_t cards = 0;

    for (uint32_t tenant = 1; tenant <= keyring_tenant_count(server->keyring); tenant++) {
        uint64_t tenant_cards, tombstones;
        if (vault_count(server->vault, tenant, &tenant_cards, &tombstones) == OK)
            cards += tenant_cards;
    }
    json_open(json, "vault", '{');
    json_number(json, "cards", (int64_t)cards);
    json_number(json, "bytes", (int64_t)stats->vault_used_bytes);
    json_number(json, "bytes_max", (int64_t)stats->vault_size_bytes);
    json_close(json, '}');
}

static void write_quarantine(struct json_writer *json, struct server *server)
{
    char client[AUDIT_NAME_SIZE];
    size_t at = 0;

    json_open(json, "quarantined", '[');
    while (quarantine_next(server->quarantine, &at, client))
        json_str(json, NULL, client);
    json_close(json, ']');
}

static void write_certificates(struct json_writer *json, const struct server *server)
{
    struct certificate_file file;
    size_t at = 0;

    json_open(json, "certificates", '[');
    while (certificate_file_next(server, &at, &file)) {
        char time[INSTANT_TEXT_SIZE];
        instant_write(file.not_after_ms, time);
        json_open(json, NULL, '{');
        json_str(json, "file", file.path);
        json_str(json, "not_after", time);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void write_sinks(struct json_writer *json, const struct server *server)
{
    json_open(json, "sinks", '[');
    for (size_t i = 0; server->exporters != NULL && i < server->exporters->count; i++) {
        struct exporter_health health;
        exporter_health(&server->exporters->list[i], &health);
        json_open(json, NULL, '{');
        json_str(json, "name", server->exporters->list[i].config.name);
        json_number(json, "position", (int64_t)health.stats.position);
        json_number(json, "behind", (int64_t)health.stats.behind);
        json_bool(json, "failing", health.stats.failing);
        json_bool(json, "late", health.late);
        if (health.stats.reason[0] != '\0')
            json_str(json, "reason", health.stats.reason);
        json_close(json, '}');
    }
    json_close(json, ']');
}

void status_page_write(struct server *server, struct buf *body)
{
    struct json_writer json = json_writer_on(body);
    struct vault_stats stats;
    char started[INSTANT_TEXT_SIZE];
    uint64_t connections = 0;

    vault_stats(server->vault, &stats);
    instant_write(server->started_ms, started);
    for (size_t i = 0; i < server->worker_count; i++)
        connections += worker_sessions(server->workers[i]);
    json_open(&json, NULL, '{');
    json_str(&json, "version", PANGATE_VERSION);
    json_number(&json, "pid", getpid());
    write_reasons(&json, server);
    json_str(&json, "started_at", started);
    json_number(&json, "workers", (int64_t)server->worker_count);
    json_number(&json, "connections", (int64_t)connections);
    write_journal(&json, &stats);
    write_vault(&json, server, &stats);
    write_quarantine(&json, server);
    write_certificates(&json, server);
    write_sinks(&json, server);
    json_close(&json, '}');
    buf_add_u8(body, '\n');
}
