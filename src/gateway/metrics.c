#include "gateway/metrics.h"

#include <stdio.h>
#include <string.h>

#include "gateway/endpoint_table.h"
#include "gateway/metric_text.h"
#include "gateway/process_info.h"
#include "gateway/readiness.h"
#include "gateway/route_metrics.h"
#include "gateway/status_page.h"
#include "service/quarantine.h"

enum { LABELS_SIZE = 256, NS_PER_S = 1000000000 };

static const char *counted_route(uint32_t endpoint)
{
    return endpoint == COUNTERS_NO_ENDPOINT ? "" : endpoint_at(endpoint)->path;
}

/* One combination, summed over the workers: each worker has its rows in places of its own. */
static uint64_t sum_requests(const struct server *server, uint32_t key)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < server->worker_count; i++) {
        const struct request_counter *rows = server->workers[i]->counters.requests;
        for (size_t j = 0; j < COUNTERS_REQUESTS_MAX; j++) {
            if (atomic_load_explicit(&rows[j].key, memory_order_relaxed) == key)
                sum += atomic_load_explicit(&rows[j].count, memory_order_relaxed);
        }
    }
    return sum;
}

static bool is_in_earlier_worker(const struct server *server, size_t worker, uint32_t key)
{
    for (size_t i = 0; i < worker; i++) {
        const struct request_counter *rows = server->workers[i]->counters.requests;
        for (size_t j = 0; j < COUNTERS_REQUESTS_MAX; j++) {
            if (atomic_load_explicit(&rows[j].key, memory_order_relaxed) == key)
                return true;
        }
    }
    return false;
}

static void write_combination(const struct server *server, uint32_t key, struct buf *body)
{
    char labels[LABELS_SIZE];
    uint32_t combination = key - 1;

    (void)snprintf(labels, sizeof(labels), "route=\"%s\",method=\"%s\",status=\"%u\"",
                   counted_route(combination >> 24),
                   http_method_name((enum http_method)(combination >> 16 & 0xFF)),
                   combination & 0xFFFF);
    metric_sample(body, "requests_total", labels, (double)sum_requests(server, key));
}

static void write_requests(const struct server *server, struct buf *body)
{
    const struct metric metric = { "requests_total", "counter", "Requests answered." };

    metric_begin(body, &metric);
    for (size_t i = 0; i < server->worker_count; i++) {
        const struct request_counter *rows = server->workers[i]->counters.requests;
        for (size_t j = 0; j < COUNTERS_REQUESTS_MAX; j++) {
            uint32_t key = atomic_load_explicit(&rows[j].key, memory_order_relaxed);
            if (key != 0 && !is_in_earlier_worker(server, i, key))
                write_combination(server, key, body);
        }
    }
}

static void write_durations(const struct server *server, struct buf *body)
{
    const struct metric metric = { "request_duration_seconds", "histogram",
                                   "From the first byte of a request to its answer." };
    uint64_t buckets[DURATION_BUCKETS + 1] = { 0 }, sum_ns = 0;

    for (size_t i = 0; i < server->worker_count; i++) {
        const struct counters *counters = &server->workers[i]->counters;
        for (size_t j = 0; j <= DURATION_BUCKETS; j++)
            buckets[j] +=
                atomic_load_explicit(&counters->duration_buckets[j], memory_order_relaxed);
        sum_ns += atomic_load_explicit(&counters->duration_sum_ns, memory_order_relaxed);
    }
    metric_histogram_write(body, &metric,
                           &(struct metric_histogram){ .buckets = buckets,
                                                       .count = DURATION_BUCKETS,
                                                       .first_s = 64e-6,
                                                       .sum_s = (double)sum_ns / NS_PER_S });
}

static bool is_code_of_earlier(size_t err)
{
    for (size_t i = 0; i < err; i++) {
        if (strcmp(err_code((enum err)i), err_code((enum err)err)) == 0)
            return true;
    }
    return false;
}

/* A code, summed over the workers and over the errors that a caller cannot tell apart. */
static uint64_t sum_refusals(const struct server *server, const char *code)
{
    uint64_t sum = 0;

    for (size_t err = 0; err < ERR_COUNT; err++) {
        if (strcmp(err_code((enum err)err), code) != 0)
            continue;
        for (size_t i = 0; i < server->worker_count; i++)
            sum += atomic_load_explicit(&server->workers[i]->counters.refusals[err],
                                        memory_order_relaxed);
    }
    return sum;
}

static void write_refusals(const struct server *server, struct buf *body)
{
    const struct metric metric = { "refusals_total", "counter", "Requests refused, by code." };
    char labels[LABELS_SIZE];

    metric_begin(body, &metric);
    for (size_t err = 0; err < ERR_COUNT; err++) {
        const char *code = err_code((enum err)err);
        uint64_t sum = is_code_of_earlier(err) ? 0 : sum_refusals(server, code);
        if (sum == 0)
            continue;
        (void)snprintf(labels, sizeof(labels), "code=\"%s\"", code);
        metric_sample(body, "refusals_total", labels, (double)sum);
    }
}

static void write_alarms(const struct server *server, struct buf *body)
{
    const struct metric alarms = { "alarms_total", "counter",
                                   "Alarms about clients: budgets, sudden change, canaries." };
    const struct metric uses = { "canary_uses_total", "counter", "Uses of canary tokens." };
    const struct metric held = { "quarantined_clients", "gauge",
                                 "Clients that may do nothing until they are released." };
    uint64_t alarm_sum = 0, use_sum = 0;

    for (size_t i = 0; i < server->worker_count; i++) {
        const struct counters *counters = &server->workers[i]->counters;
        alarm_sum += atomic_load_explicit(&counters->alarms, memory_order_relaxed);
        use_sum += atomic_load_explicit(&counters->canary_uses, memory_order_relaxed);
    }
    metric_single(body, &alarms, (double)alarm_sum);
    metric_single(body, &uses, (double)use_sum);
    metric_single(body, &held, (double)quarantine_count(server->quarantine));
}

static void write_connections(const struct server *server, struct buf *body)
{
    const struct metric connections = { "connections", "gauge", "Open connections." };
    const struct metric handshakes = { "handshakes_total", "counter", "Handshakes, by result." };
    struct listener_stats stats = { 0 };
    char labels[LABELS_SIZE];

    for (size_t i = 0; i < server->worker_count; i++) {
        for (size_t j = 0; j < server->workers[i]->listener_count; j++)
            listener_add_stats(server->workers[i]->listeners[j].listener, &stats);
    }
    metric_single(body, &connections, (double)stats.connections);
    metric_begin(body, &handshakes);
    for (size_t i = 0; i < HANDSHAKE_COUNT; i++) {
        (void)snprintf(labels, sizeof(labels), "result=\"%s\"", handshake_text((enum handshake)i));
        metric_sample(body, "handshakes_total", labels, (double)stats.handshakes[i]);
    }
}

static void write_journal(const struct vault_stats *stats, struct buf *body)
{
    const struct metric metric = { "journal_sync_duration_seconds", "histogram",
                                   "Writing and syncing a batch of the journal." };
    const struct {
        struct metric metric;
        double value;
    } singles[] = {
        { { "journal_failed", "gauge", "1 after a failed write or sync: restart." },
          stats->failed },
        { { "journal_used_bytes", "gauge", "Of the journal, not yet applied." },
          (double)stats->journal_used_bytes },
        { { "journal_size_bytes", "gauge", "Of the journal." }, (double)stats->journal_size_bytes },
        { { "overlay_changes", "gauge", "Changes decided but not yet in LMDB." },
          (double)stats->overlay_changes },
        { { "decided_entries", "counter", "Entries decided since the vault was made." },
          (double)stats->next },
        { { "applied_entries", "counter", "Entries in LMDB and the audit log." },
          (double)stats->applied },
        { { "vault_used_bytes", "gauge", "Of the LMDB file." }, (double)stats->vault_used_bytes },
        { { "vault_size_bytes", "gauge", "That the LMDB file may take." },
          (double)stats->vault_size_bytes },
        { { "clock_jumps_total", "counter", "Steps of the clock of over a minute." },
          (double)stats->clock_jumps },
    };

    metric_histogram_write(body, &metric,
                           &(struct metric_histogram){
                               .buckets = stats->sync_buckets,
                               .count = sizeof(stats->sync_buckets) / sizeof(uint64_t) - 1,
                               .first_s = 16e-6,
                               .sum_s = (double)stats->sync_ns_sum / NS_PER_S });
    for (size_t i = 0; i < sizeof(singles) / sizeof(singles[0]); i++)
        metric_single(body, &singles[i].metric, singles[i].value);
}

static void write_memory(const struct server *server, struct buf *body)
{
    const struct metric used = { "memory_used_bytes", "gauge",
                                 "Held by connections and requests." };
    const struct metric max = { "memory_max_bytes", "gauge", "That they may hold together." };

    metric_single(body, &used, (double)memory_used(&server->memory));
    metric_single(body, &max, (double)memory_max(&server->memory));
}

static void write_tenants(struct server *server, struct buf *body)
{
    const struct metric cards = { "vault_cards", "gauge", "Cards of a tenant." };
    const struct metric tombstones = { "vault_tombstones", "gauge",
                                       "Tokens of a tenant that are never given out again." };
    struct buf second AUTO(buf_done) = { 0 };
    char labels[LABELS_SIZE];

    buf_init(&second, body->max);
    metric_begin(body, &cards);
    metric_begin(&second, &tombstones);
    for (uint32_t tenant = 1; tenant <= keyring_tenant_count(server->keyring); tenant++) {
        uint64_t card_count, tombstone_count;
        if (vault_count(server->vault, tenant, &card_count, &tombstone_count) != OK)
            continue;
        (void)snprintf(labels, sizeof(labels), "tenant=\"%s\"",
                       keyring_tenant_name(server->keyring, tenant));
        metric_sample(body, "vault_cards", labels, (double)card_count);
        metric_sample(&second, "vault_tombstones", labels, (double)tombstone_count);
    }
    buf_add(body, buf_bytes(&second));
}

/* Of draws that made no token at all the mean is at least their number. */
static double draws_mean(uint64_t draws, uint64_t tokens)
{
    if (draws == 0)
        return 1;
    return (double)draws / (double)(tokens == 0 ? 1 : tokens);
}

static void write_draws(const struct vault_stats *stats, struct buf *body)
{
    const struct metric metric = { "token_draws_mean", "gauge",
                                   "Draws per new token, of the last 1024 draws of the format: "
                                   "far over 1 before it runs out." };
    char labels[LABELS_SIZE];

    metric_begin(body, &metric);
    for (size_t i = 0; i < TOKEN_FORMATS; i++) {
        (void)snprintf(labels, sizeof(labels), "format=\"%s\"",
                       token_format_name((enum token_format)i));
        metric_sample(body, "token_draws_mean", labels,
                      draws_mean(stats->draws[i], stats->stores[i]));
    }
}

static void write_certificates(const struct server *server, struct buf *body)
{
    const struct metric metric = { "certificate_expiry_timestamp_seconds", "gauge",
                                   "When a certificate file expires." };
    struct certificate_file file;
    size_t at = 0;

    metric_begin(body, &metric);
    while (certificate_file_next(server, &at, &file)) {
        char labels[2 * PATH_SIZE + 16];
        metric_label("file", file.path, labels, sizeof(labels));
        metric_sample(body, metric.name, labels, (double)(file.not_after_ms / 1000));
    }
}

static void write_process(const struct server *server, struct buf *body)
{
    struct process_info info;

    process_info_read(&info);
    buf_format(body, "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %.3f\n",
               info.cpu_s);
    buf_format(body,
               "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes %llu\n",
               (unsigned long long)info.resident_bytes);
    buf_format(body,
               "# TYPE process_virtual_memory_bytes gauge\nprocess_virtual_memory_bytes %llu\n",
               (unsigned long long)info.virtual_bytes);
    buf_format(body, "# TYPE process_open_fds gauge\nprocess_open_fds %llu\n",
               (unsigned long long)info.open_fds);
    buf_format(body, "# TYPE process_max_fds gauge\nprocess_max_fds %llu\n",
               (unsigned long long)info.max_fds);
    buf_format(body, "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds %.3f\n",
               (double)server->started_ms / 1000);
}

void metrics_write(struct server *server, struct buf *body)
{
    const struct metric build = { "build_info", "gauge", "The version." };
    const struct metric ready = { "ready", "gauge", "1 if readyz says so." };
    struct readiness readiness;
    struct vault_stats stats;

    vault_stats(server->vault, &stats);
    readiness_judge(server, &readiness);
    metric_begin(body, &build);
    metric_sample(body, build.name, "version=\"" PANGATE_VERSION "\"", 1);
    metric_single(body, &ready, readiness.state == STATE_READY);
    write_requests(server, body);
    write_durations(server, body);
    write_refusals(server, body);
    write_alarms(server, body);
    write_connections(server, body);
    route_metrics_write(server, body);
    write_memory(server, body);
    write_journal(&stats, body);
    write_tenants(server, body);
    write_draws(&stats, body);
    write_certificates(server, body);
    write_process(server, body);
}
