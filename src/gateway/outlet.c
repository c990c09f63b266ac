#include "gateway/outlet.h"

#include <stdlib.h>

#include "base/must.h"

enum {
    UPSTREAM_IDLE_MS = 30 * 1000, /* shorter than processors keep a connection */
    UPSTREAM_INPUT_MAX = 64 * 1024,
    UPSTREAM_OUTPUT_MAX = 96 * 1024 * 1024,
};

void outlets_init(struct outlets *outlets, struct loop *loop, struct resolver *resolver,
                  struct counters *counters)
{
    *outlets = (struct outlets){ .loop = loop, .resolver = resolver, .counters = counters };
    list_init(&outlets->list);
}

/* By how much a figure has changed; counters add modulo 2^64. */
static void count_change(_Atomic uint64_t *counter, uint64_t now, uint64_t before)
{
    if (now != before)
        counter_add(counter, now - before);
}

static void outlet_count(struct outlet *outlet)
{
    struct route_counters *counters = outlet->counters;
    const struct upstream_stats *before = &outlet->counted;
    struct upstream_stats stats = { 0 };

    upstream_add_stats(outlet->upstream, &stats);
    count_change(&counters->connections, stats.connections, before->connections);
    for (size_t i = 0; i < HANDSHAKE_COUNT; i++)
        count_change(&counters->handshakes[i], stats.handshakes[i], before->handshakes[i]);
    count_change(&counters->breaker_openings, outlet->breaker.openings,
                 outlet->breaker_counted.openings);
    count_change(&counters->breaker_is_open, outlet->breaker.is_open,
                 outlet->breaker_counted.is_open);
    outlet->counted = stats;
    outlet->breaker_counted = outlet->breaker;
}

static void outlet_free(struct outlet *outlet)
{
    must(outlet->users == 0);
    if (outlet->upstream != NULL) {
        outlet->breaker.is_open = false;
        outlet_count(outlet);
        count_change(&outlet->counters->connections, 0, outlet->counted.connections);
        upstream_free(outlet->upstream);
    }
    task_cancel(&outlet->removal);
    list_remove(&outlet->node);
    routes_release(outlet->routes);
    free(outlet);
}

static void on_removal(void *owner)
{
    outlet_free(owner);
}

static enum err open_upstream(struct outlet *outlet)
{
    const struct route *route = outlet->route;
    const struct upstream_options options = {
        .loop = outlet->outlets->loop,
        .resolver = outlet->outlets->resolver,
        .tls = route->tls,
        .host = route->host,
        .port = route->port,
        .private_addresses = route->config->private_addresses,
        .connect_timeout_ms = (unsigned)route->config->connect_timeout_ms,
        .idle_timeout_ms = UPSTREAM_IDLE_MS,
        .connections_max = route->config->connections_max,
        .calls_max = route->config->queue_max,
        .input_max = UPSTREAM_INPUT_MAX,
        .output_max = UPSTREAM_OUTPUT_MAX,
    };

    return upstream_new(&options, &outlet->upstream);
}

static enum err outlet_add(struct outlets *outlets, struct routes *routes,
                           const struct route *route, struct list *list)
{
    struct outlet *outlet = calloc(1, sizeof(*outlet));

    if (outlet == NULL)
        return ERR_MEMORY;
    outlet->outlets = outlets;
    outlet->route = route;
    outlet->routes = routes_hold(routes);
    outlet->counters = &outlets->counters->routes[route->place];
    task_init(&outlet->removal, on_removal, outlet);
    list_add_last(list, &outlet->node);
    return open_upstream(outlet);
}

static void free_list(struct list *list)
{
    list_each (node, list) {
        outlet_free(list_item(node, struct outlet, node));
    }
}

void outlets_done(struct outlets *outlets)
{
    free_list(&outlets->list);
}

/* One that is not in force is of no further use once nobody uses it. It goes at the end of the
 * round: a connection of its own may have said so. */
static void outlet_settle(struct outlet *outlet)
{
    if (!outlet->in_force && outlet->users == 0)
        loop_later(outlet->outlets->loop, &outlet->removal);
}

static void outlet_retire(struct outlet *outlet)
{
    outlet->in_force = false;
    upstream_retire(outlet->upstream);
    outlet_settle(outlet);
}

static struct outlet *find_equal(struct outlets *outlets, const struct route *route)
{
    list_each (node, &outlets->list) {
        struct outlet *outlet = list_item(node, struct outlet, node);
        if (outlet->in_force && route_equal(outlet->route, route))
            return outlet;
    }
    return NULL;
}

/* What stays, and what is new, is moved to a list of its own. */
static enum err gather(struct outlets *outlets, struct routes *routes, struct list *kept,
                       struct list *made)
{
    for (size_t i = 0; i < routes->count; i++) {
        struct outlet *equal = find_equal(outlets, &routes->list[i]);
        if (equal == NULL) {
            TRY(outlet_add(outlets, routes, &routes->list[i], made));
            continue;
        }
        list_remove(&equal->node);
        list_add_last(kept, &equal->node);
    }
    return OK;
}

static void append(struct outlets *outlets, struct list *list)
{
    for (struct list *node = list_take_first(list); node != NULL; node = list_take_first(list)) {
        list_item(node, struct outlet, node)->in_force = true;
        list_add_last(&outlets->list, node);
    }
}

enum err outlets_replace(struct outlets *outlets, struct routes *routes)
{
    struct list kept, made;
    enum err err;

    list_init(&kept);
    list_init(&made);
    err = gather(outlets, routes, &kept, &made);
    if (err != OK) {
        free_list(&made);
        append(outlets, &kept);
        return err;
    }
    list_each (node, &outlets->list) {
        struct outlet *outlet = list_item(node, struct outlet, node);
        if (outlet->in_force)
            outlet_retire(outlet);
    }
    append(outlets, &kept);
    append(outlets, &made);
    return OK;
}

void outlets_count(struct outlets *outlets)
{
    list_each (node, &outlets->list) {
        outlet_count(list_item(node, struct outlet, node));
    }
}

struct outlet *outlet_take(struct outlets *outlets, struct bytes name, bool inbound)
{
    list_each (node, &outlets->list) {
        struct outlet *outlet = list_item(node, struct outlet, node);
        const struct config_route *config = outlet->route->config;
        if (outlet->in_force && config->inbound == inbound &&
            bytes_equal(name, bytes_str(config->name))) {
            outlet->users++;
            return outlet;
        }
    }
    return NULL;
}

void outlet_release(struct outlet *outlet)
{
    if (outlet == NULL)
        return;
    must(outlet->users > 0);
    outlet->users--;
    outlet_settle(outlet);
}
