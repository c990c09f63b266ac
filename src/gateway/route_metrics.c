#include "gateway/route_metrics.h"

#include <stdio.h>

#include "gateway/metric_text.h"

enum { LABELS_SIZE = 2 * CONFIG_NAME_SIZE, SERIES_MAX = 3 };

#define AT(member) offsetof(struct route_counters, member)

/* A metric and the counters that it shows, each under a label of its own beside the route's. */
struct route_metric {
    struct metric metric;
    size_t count;
    struct {
        const char *label;
        size_t offset;
    } series[SERIES_MAX];
};

static const struct route_metric metrics[] = {
    { { "forwards_total", "counter", "Requests to a route, by whether they were forwarded." },
      3,
      { { ",forwarded=\"yes\"", AT(sent) },
        { ",forwarded=\"no\"", AT(not_sent) },
        { ",forwarded=\"unknown\"", AT(unknown) } } },
    { { "upstream_connections", "gauge", "Open connections to a route's processor." },
      1,
      { { "", AT(connections) } } },
    { { "upstream_circuit_open", "gauge", "Workers that take the processor for out of order." },
      1,
      { { "", AT(breaker_is_open) } } },
    { { "upstream_circuit_openings_total", "counter", "How often that was found." },
      1,
      { { "", AT(breaker_openings) } } },
};

static uint64_t sum_of(const struct server *server, size_t place, size_t offset)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < server->worker_count; i++) {
        const char *row = (const char *)&server->workers[i]->counters.routes[place];
        sum += atomic_load_explicit((const _Atomic uint64_t *)(const void *)(row + offset),
                                    memory_order_relaxed);
    }
    return sum;
}

static void write_route(const struct server *server, const struct route_metric *metric,
                        size_t route, struct buf *body)
{
    char labels[LABELS_SIZE];

    for (size_t i = 0; i < metric->count; i++) {
        (void)snprintf(labels, sizeof(labels), "route=\"%s\"%s",
                       server->routes->list[route].config->name, metric->series[i].label);
        metric_sample(body, metric->metric.name, labels,
                      (double)sum_of(server, server->routes->list[route].place,
                                     metric->series[i].offset));
    }
}

/* Why a processor's certificate was refused stands here; what never happened is left out. */
static void write_handshakes(const struct server *server, struct buf *body)
{
    const struct metric metric = { "upstream_handshakes_total", "counter",
                                   "Handshakes with a route's processor, by result." };
    char labels[LABELS_SIZE];

    metric_begin(body, &metric);
    for (size_t i = 0; i < server->routes->count * HANDSHAKE_COUNT; i++) {
        size_t route = i / HANDSHAKE_COUNT, result = i % HANDSHAKE_COUNT;
        uint64_t sum = sum_of(server, server->routes->list[route].place,
                              AT(handshakes) + result * sizeof(_Atomic uint64_t));
        if (sum == 0)
            continue;
        (void)snprintf(labels, sizeof(labels), "route=\"%s\",result=\"%s\"",
                       server->routes->list[route].config->name,
                       handshake_text((enum handshake)result));
        metric_sample(body, metric.name, labels, (double)sum);
    }
}

void route_metrics_write(const struct server *server, struct buf *body)
{
    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
        metric_begin(body, &metrics[i].metric);
        for (size_t route = 0; route < server->routes->count; route++)
            write_route(server, &metrics[i], route, body);
    }
    write_handshakes(server, body);
}
