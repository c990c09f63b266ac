/*
 * The routes of the configuration, made ready: where requests go, and what may go there.
 *
 * Made when the gateway starts and at each reload, and shared by all workers; nothing in it
 * changes. Counted references, any thread. A caller names a route, never a destination.
 */
#ifndef PANGATE_GATEWAY_ROUTE_H
#define PANGATE_GATEWAY_ROUTE_H

#include <netinet/in.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/why.h"
#include "crypto/hash.h"
#include "gateway/config.h"
#include "net/tls_client.h"
#include "relay/fields.h"
#include "wire/http_head.h"

enum { ROUTE_ALLOW_SIZE = 64 };

struct route {
    const struct config_route *config;
    size_t place;                /* of its counters */
    uint8_t content[HASH_SIZE];  /* of its options and of the files that they name */
    char host[CONFIG_TEXT_SIZE]; /* a name or an address, without brackets */
    in_port_t port;
    struct bytes authority; /* of the url, for Host; lent from the configuration, as is ... */
    struct bytes path;      /* ... its path, at least a slash, and ... */
    struct bytes base;      /* ... the same without a slash at its end */
    struct fields fields;
    struct buf added[CONFIG_HEADERS_MAX]; /* SECRET: values of the headers to add, in order */
    struct tls_client *tls;
};

struct routes {
    size_t count;
    struct route *list;
    struct config_route *configs; /* a copy: a reload replaces the configuration */
    atomic_uint holders;
};

/* Where each name's counters are, for as long as the process lives: a route that a reload replaces
 * counts on. */
struct route_places {
    size_t count;
    char names[CONFIG_ROUTE_PLACES_MAX][CONFIG_NAME_SIZE];
};

enum err routes_open(const struct config *config, struct route_places *places, struct why *why,
                     struct routes **ret_routes);

/* For a reload. ERR_ROLLED_BACK if a route's revocation list is older than the one in use. */
enum err routes_compare(const struct routes *routes, const struct routes *before, struct why *why);

struct routes *routes_hold(struct routes *routes);
void routes_release(struct routes *routes); /* accepts NULL */

/* Whether a reload changed nothing about a route, in its files neither. */
bool route_equal(const struct route *a, const struct route *b);

/* Split https://host[:port]/path/ into the members of a route. ERR_CONFIG. */
enum err route_read_url(struct bytes url, struct route *route);

/* Split host, host:port or [address]:port into host, port and authority. ERR_CONFIG. */
enum err route_read_authority(struct bytes text, in_port_t preset, struct route *route);

/* The value of a header to add, out of its file if it is in one. Initializes the buffer, which the
 * caller frees in any case. ERR_LIMIT, and what file_read_private() says. */
enum err route_read_header(const struct config_header *header, struct buf *ret_value);

/* base64 of a SHA-256. ERR_CONFIG. */
enum err route_read_pin(struct bytes text, uint8_t ret_pin[TLS_PIN_SIZE]);

/* ERR_NO_ROUTE for a path that the route does not let through: not in its list, or with a segment
 * that leads elsewhere ("..", in any spelling). `path` is what follows the route's name, and begins
 * with a slash. */
enum err route_judge_path(const struct route *route, struct bytes path);

/* ERR_BAD_METHOD; ret_allow then holds what the route lets through, as Allow says it. */
enum err route_judge_method(const struct route *route, enum http_method method,
                            char ret_allow[ROUTE_ALLOW_SIZE]);

/* Whether we write this field ourselves, or leave it out: it is of one connection only (RFC 9110,
 * section 7.6.1), or made anew, or for us. */
bool field_is_ours(struct bytes name);

/* Whether a field of the caller's goes on to the processor. */
bool route_passes(const struct route *route, struct bytes name);

#endif
