/*
 * A worker's way out to one processor: a route, the connections to it, and its breaker.
 *
 * A reload puts other outlets in force. Requests that are on their way finish with the one they
 * began with, which goes when the last of them has left it; where nothing about a route has
 * changed, its outlet stays. Belongs to the worker's thread.
 */
#ifndef PANGATE_GATEWAY_OUTLET_H
#define PANGATE_GATEWAY_OUTLET_H

#include "gateway/counters.h"
#include "gateway/route.h"
#include "net/breaker.h"
#include "net/loop.h"
#include "net/upstream.h"

struct outlet {
    struct list node;
    struct outlets *outlets;
    const struct route *route;
    struct routes *routes; /* held: the route is among them */
    struct upstream *upstream;
    struct breaker breaker;
    bool in_force;
    unsigned users; /* requests that are on their way */
    struct task removal;
    struct route_counters *counters;
    struct upstream_stats counted; /* what the counters know already */
    struct breaker breaker_counted;
};

struct outlets {
    struct list list; /* in force or not */
    struct loop *loop;
    struct resolver *resolver;
    struct counters *counters;
};

void outlets_init(struct outlets *outlets, struct loop *loop, struct resolver *resolver,
                  struct counters *counters);

/* Nobody uses one any more. */
void outlets_done(struct outlets *outlets);

/* Put these routes in force. ERR_MEMORY, ERR_CONFIG: nothing has changed. */
enum err outlets_replace(struct outlets *outlets, struct routes *routes);

/* Bring the counters up to date. */
void outlets_count(struct outlets *outlets);

/* One in force, of this name and direction; NULL if there is none. Released by who takes it. */
struct outlet *outlet_take(struct outlets *outlets, struct bytes name, bool inbound);
void outlet_release(struct outlet *outlet); /* accepts NULL */

#endif
