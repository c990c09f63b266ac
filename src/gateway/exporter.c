#include "gateway/exporter.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "vault/log_tree.h"
#include "vault/vault.h"
#include "wire/http_writer.h"

enum {
    SYSLOG_TLS_PORT = 6514, /* RFC 5425, section 4.1 */
    HEADER_FIELDS_MAX = 64 * 1024,
    STOP_MS = 3000,
    FINISH_MS = 2000,
    LOOK_MS = 20,
};

static enum err read_address(struct exporter *exporter, struct why *why)
{
    const struct config_sink_to *to = &exporter->config.to;
    struct bytes text = bytes_str(to->text);

    if (to->kind == CONFIG_SINK_HTTPS
            ? route_read_url(text, &exporter->route) == OK
            : route_read_authority(text, SYSLOG_TLS_PORT, &exporter->route) == OK)
        return OK;
    return why_say(why, ERR_CONFIG, "[sink %s] to: is no address", exporter->config.name);
}

static enum err write_header(const struct config_header *header, struct buf *fields)
{
    struct buf value AUTO(buf_done) = { 0 };

    TRY(route_read_header(header, &value));
    http_write_field_named(fields, bytes_str(header->name), buf_bytes(&value));
    return buf_check(fields);
}

static enum err write_headers(struct exporter *exporter, struct why *why)
{
    const struct config_headers *headers = &exporter->config.header_add;

    buf_init(&exporter->fields, HEADER_FIELDS_MAX);
    for (size_t i = 0; i < headers->count; i++) {
        if (write_header(&headers->list[i], &exporter->fields) != OK)
            return why_say(why, ERR_CONFIG,
                           "[sink %s] header_add: the file must be there, be its owner's only, and "
                           "hold one line of at most 4 KiB",
                           exporter->config.name);
    }
    return OK;
}

static enum err exporter_open(struct exporter *exporter, const char *vault, struct why *why)
{
    const struct config_sink *sink = &exporter->config;
    const struct tls_client_options tls = { .host = exporter->route.host,
                                            .ca = sink->ca,
                                            .crl = config_path_or_null(sink->crl),
                                            .certificate = config_path_or_null(sink->certificate),
                                            .key = config_path_or_null(sink->key) };
    char name[CONFIG_NAME_SIZE + sizeof("sinks/.position")];

    (void)snprintf(name, sizeof(name), "sinks/%s.position", sink->name);
    TRY(path_join(vault, name, exporter->position, PATH_SIZE));
    if (sink->to.kind == CONFIG_SINK_FILE)
        return OK;
    TRY(read_address(exporter, why));
    TRY(write_headers(exporter, why));
    return tls_client_new(&tls, why, &exporter->tls);
}

static enum err exporters_fill(struct exporters *exporters, const struct config *config,
                               const struct config_gateway *gateway, struct why *why)
{
    TRY(path_join(gateway->vault, "audit", exporters->folder, PATH_SIZE));
    (void)snprintf(exporters->archive, PATH_SIZE, "%s", gateway->audit_archive);
    exporters->list = calloc(config->sink_count + 1, sizeof(exporters->list[0]));
    if (exporters->list == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < config->sink_count; i++) {
        exporters->list[i].config = config->sinks[i];
        exporters->count++;
        TRY(exporter_open(&exporters->list[i], gateway->vault, why));
    }
    return OK;
}

enum err exporters_open(const struct config *config, const struct config_gateway *gateway,
                        struct exporters **ret_exporters, struct why *why)
{
    struct exporters *exporters = calloc(1, sizeof(*exporters));
    enum err err;

    if (exporters == NULL)
        return ERR_MEMORY;
    err = exporters_fill(exporters, config, gateway, why);
    if (err != OK)
        exporters_close(exporters);
    else
        *ret_exporters = exporters;
    return err;
}

static enum err compare_with_all(const struct exporter *exporter, const struct exporters *before,
                                 struct why *why)
{
    for (size_t i = 0; i < before->count; i++) {
        const struct exporter *other = &before->list[i];

        if (exporter->tls != NULL && other->tls != NULL &&
            strcmp(exporter->config.name, other->config.name) == 0)
            TRY(tls_client_compare(exporter->tls, other->tls, why));
    }
    return OK;
}

enum err exporters_compare(const struct exporters *exporters, const struct exporters *before,
                           struct why *why)
{
    for (size_t i = 0; i < exporters->count; i++)
        TRY(compare_with_all(&exporters->list[i], before, why));
    return OK;
}

static uint64_t applied(void *with)
{
    struct vault_stats stats;

    vault_stats(with, &stats);
    return stats.applied;
}

static enum err exporter_start(struct exporter *exporter, const struct sink_log *log)
{
    const struct config_sink *config = &exporter->config;
    const struct route *route = &exporter->route;
    const struct sink_options options = {
        .log = *log,
        .position = exporter->position,
        .file = config->to.kind == CONFIG_SINK_FILE ? config->to.text : NULL,
        .peer = { .tls = exporter->tls,
                  .host = route->host,
                  .port = route->port,
                  .syslog = config->to.kind == CONFIG_SINK_SYSLOG,
                  .authority = route->authority,
                  .path = route->path,
                  .fields = buf_bytes(&exporter->fields),
                  .timeout_ms = (unsigned)config->timeout_ms },
        .entries = config->entries,
        .history = config->history,
        .size_max = config->parcel_max,
        .interval_ms = config->interval_ms,
    };

    return sink_start(&options, &exporter->sink);
}

enum err exporters_start(struct exporters *exporters, struct vault *vault,
                         const struct keyring *keyring, struct why *why)
{
    struct sink_log log = { .folder = exporters->folder,
                            .archive = config_path_or_null(exporters->archive),
                            .end = applied,
                            .with = vault };

    TRY(log_verifier(keyring, &log.verifier));
    for (size_t i = 0; i < exporters->count; i++) {
        enum err err = exporter_start(&exporters->list[i], &log);
        if (err != OK)
            return why_say(why, err, "[sink %s] cannot be started: %s",
                           exporters->list[i].config.name, err_text(err));
    }
    return OK;
}

void exporter_health(const struct exporter *exporter, struct exporter_health *ret_health)
{
    *ret_health = (struct exporter_health){ .stats = { .failing = true, .reason = "not started" } };
    if (exporter->sink != NULL)
        sink_stats(exporter->sink, &ret_health->stats);
    ret_health->late = ret_health->stats.behind_ms >= exporter->config.late_after_ms;
}

/* One that fails would only hold up the end. */
static bool all_have(const struct exporters *exporters, uint64_t until)
{
    for (size_t i = 0; i < exporters->count; i++) {
        struct exporter_health health;

        exporter_health(&exporters->list[i], &health);
        if (!health.stats.failing && health.stats.position < until)
            return false;
    }
    return true;
}

void exporters_finish(const struct exporters *exporters, struct vault *vault)
{
    const int64_t deadline_ms = clock_mono_ms() + FINISH_MS;
    uint64_t until;

    if (exporters->count == 0)
        return;
    until = vault_hurry(vault);
    while (!all_have(exporters, until) && clock_mono_ms() < deadline_ms)
        clock_sleep_ms(LOOK_MS);
}

static void exporter_close(struct exporter *exporter)
{
    tls_client_release(exporter->tls);
    buf_done(&exporter->fields);
}

void exporters_close(struct exporters *exporters)
{
    bool some_hang = false;

    if (exporters == NULL)
        return;
    for (size_t i = 0; i < exporters->count; i++) {
        if (exporters->list[i].sink != NULL)
            sink_stop(exporters->list[i].sink);
    }
    for (size_t i = 0; i < exporters->count; i++) {
        if (sink_join(exporters->list[i].sink, STOP_MS))
            exporter_close(&exporters->list[i]);
        else
            some_hang = true;
    }
    if (some_hang)
        return;
    free(exporters->list);
    free(exporters);
}

static void log_change(const struct exporter *exporter, const struct exporter_health *health)
{
    const struct sink_stats *stats = &health->stats;
    const bool well = !stats->failing && !health->late;
    struct log_line line;

    log_begin(&line, well ? LOG_INFO : LOG_WARN, well ? "sink is well again" : "sink fails");
    json_str(&line.json, "sink", exporter->config.name);
    json_number(&line.json, "behind", (int64_t)stats->behind);
    json_bool(&line.json, "late", health->late);
    if (stats->reason[0] != '\0')
        json_str(&line.json, "reason", stats->reason);
    log_end(&line);
}

static void enter_alarm(struct vault *vault, const struct exporter *exporter)
{
    struct audit_entry entry = { .kind = AUDIT_ALARM, .outcome = AUDIT_OK };

    (void)snprintf(entry.detail, sizeof(entry.detail), "late sink: %.50s", exporter->config.name);
    err_ignore(vault_note(vault, &entry));
}

void exporters_watch(struct exporters *exporters, struct vault *vault)
{
    for (size_t i = 0; i < exporters->count; i++) {
        struct exporter *exporter = &exporters->list[i];
        struct exporter_health health;

        exporter_health(exporter, &health);
        if (health.stats.failing == exporter->was_failing && health.late == exporter->was_late)
            continue;
        log_change(exporter, &health);
        if (health.late && !exporter->was_late)
            enter_alarm(vault, exporter);
        exporter->was_failing = health.stats.failing;
        exporter->was_late = health.late;
    }
}
