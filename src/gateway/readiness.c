#include "gateway/readiness.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "gateway/server.h"

static const char *const state_names[] = { [STATE_READY] = "ready",
                                           [STATE_SEALED] = "sealed",
                                           [STATE_FAILED] = "failed",
                                           [STATE_DRAINING] = "draining" };

const char *readiness_state_name(enum readiness_state state)
{
    return state_names[state];
}

__attribute__((format(printf, 2, 3))) static void add_reason(struct readiness *readiness,
                                                             const char *format, ...)
{
    va_list values;

    if (readiness->count == READINESS_REASONS_MAX)
        return;
    va_start(values, format);
    (void)vsnprintf(readiness->reasons[readiness->count++], READINESS_REASON_SIZE, format, values);
    va_end(values);
}

static void judge_vault(struct server *server, struct readiness *readiness)
{
    struct vault_stats stats;

    vault_stats(server->vault, &stats);
    if (stats.failed)
        add_reason(readiness, "the journal failed and a restart is needed: %s", stats.reason);
    else if (stats.applier_failed)
        add_reason(readiness, "the vault or its audit log cannot be written: %s", stats.reason);
}

static void judge_listeners(struct server *server, struct readiness *readiness)
{
    int64_t now_ms = clock_wall_ms();

    for (size_t i = 0; i < server->config->listener_count; i++) {
        if (tls_server_crl_due_ms(server->tls[i]) <= now_ms)
            add_reason(readiness, "listener %s: a revocation list is overdue, nobody is let in",
                       server->config->listeners[i].name);
    }
}

/* A log that is not copied off the box is a matter for people; whether the box may go on without is
 * the operator's choice. */
static void judge_exporters(struct server *server, struct readiness *readiness)
{
    for (size_t i = 0; server->exporters != NULL && i < server->exporters->count; i++) {
        const struct exporter *exporter = &server->exporters->list[i];
        struct exporter_health health;

        exporter_health(exporter, &health);
        if (!health.late)
            continue;
        add_reason(readiness, "sink %s: %llu entries behind since %lld s: %s",
                   exporter->config.name, (unsigned long long)health.stats.behind,
                   (long long)health.stats.behind_ms / 1000,
                   health.stats.reason[0] == '\0' ? "it is slow" : health.stats.reason);
        if (exporter->config.required)
            readiness->state = STATE_FAILED;
    }
}

void readiness_judge(struct server *server, struct readiness *ret_readiness)
{
    *ret_readiness = (struct readiness){ .state = STATE_READY };
    judge_vault(server, ret_readiness);
    judge_listeners(server, ret_readiness);
    if (ret_readiness->count > 0)
        ret_readiness->state = STATE_FAILED;
    judge_exporters(server, ret_readiness);
    if (server->draining) {
        add_reason(ret_readiness, "the gateway is draining");
        ret_readiness->state = STATE_DRAINING;
    }
}
