/*
 * The routes of the configuration, made ready: where requests go, and what may go there.
 *
 * Made once, when the gateway starts, and shared by all workers; nothing in it changes. A caller
 * names a route, never a destination.
 */
#ifndef PANGATE_GATEWAY_ROUTE_H
#define PANGATE_GATEWAY_ROUTE_H

#include <netinet/in.h>

#include "base/buf.h"
#include "base/why.h"
#include "gateway/config.h"
#include "net/tls_client.h"
#include "relay/fields.h"
#include "wire/http_head.h"

enum { ROUTE_ALLOW_SIZE = 64 };

struct route {
    const struct config_route *config; /* lent */
    size_t place;                      /* among the routes */
    char host[CONFIG_TEXT_SIZE];       /* a name or an address, without brackets */
    in_port_t port;
    struct bytes authority; /* of the url, for Host; lent from the configuration, as is ... */
    struct bytes path;      /* ... its path, at least a slash, and ... */
    struct bytes base;      /* ... the same without a slash at its end */
    struct fields fields;
    struct buf added; /* SECRET: the value of the header to add */
    struct tls_client *tls;
};

struct routes {
    size_t count;
    struct route *list;
};

enum err routes_open(const struct config *config, struct why *why, struct routes *ret_routes);
void routes_close(struct routes *routes); /* accepts zeroes */

/* Split https://host[:port]/path/ into the members of a route. ERR_CONFIG. */
enum err route_read_url(struct bytes url, struct route *route);

/* base64 of a SHA-256. ERR_CONFIG. */
enum err route_read_pin(struct bytes text, uint8_t ret_pin[TLS_PIN_SIZE]);

/* NULL if there is none of this name in this direction. */
const struct route *routes_find(const struct routes *routes, struct bytes name, bool inbound);

/* ERR_NO_ROUTE for a path that the route does not let through: not in its list, or with a segment
 * that leads elsewhere ("..", in any spelling). `path` is what follows the route's name, and begins
 * with a slash. */
enum err route_judge_path(const struct route *route, struct bytes path);

/* ERR_BAD_METHOD; ret_allow then holds what the route lets through, as Allow says it. */
enum err route_judge_method(const struct route *route, enum http_method method,
                            char ret_allow[ROUTE_ALLOW_SIZE]);

/* Whether a field of the caller's goes on to the processor. */
bool route_passes(const struct route *route, struct bytes name);

#endif
