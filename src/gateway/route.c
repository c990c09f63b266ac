#include "gateway/route.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "gateway/route_path.h"
#include "wire/target.h"

enum { HTTPS_PORT = 443, ADDED_MAX = 4096, FILE_MAX = 64 * 1024 * 1024 };

static enum err read_port(struct bytes text, in_port_t *ret_port)
{
    uint64_t port;

    if (decode_decimal(text, UINT16_MAX, &port) != OK || port == 0)
        return ERR_CONFIG;
    *ret_port = (in_port_t)port;
    return OK;
}

enum err route_read_authority(struct bytes text, in_port_t preset, struct route *route)
{
    bool bracketed = bytes_start_with(text, bytes_lit("["));
    size_t end = bytes_index(text, bracketed ? ']' : ':');
    struct bytes host, rest;

    if (!authority_is_valid(text) || end < bracketed)
        return ERR_CONFIG;
    host = bytes_of(text.data + bracketed, end - bracketed);
    rest = bytes_from(text, end + bracketed);
    if (!bytes_copy_text(host, route->host, sizeof(route->host)))
        return ERR_CONFIG;
    route->authority = text;
    route->port = preset;
    return rest.size == 0 ? OK : read_port(bytes_from(rest, 1), &route->port);
}

enum err route_read_url(struct bytes url, struct route *route)
{
    struct bytes rest = bytes_from(url, sizeof("https://") - 1);
    size_t slash = bytes_index(rest, '/');
    struct target target;

    route->base = bytes_from(rest, slash);
    route->path = route->base.size == 0 ? bytes_lit("/") : route->base;
    TRY(route_read_authority(bytes_of(rest.data, slash), HTTPS_PORT, route));
    if (route->base.size > 0 && (target_read(route->base, &target) != OK || target.has_query))
        return ERR_CONFIG;
    while (bytes_end_with(route->base, bytes_lit("/")))
        route->base.size--;
    return OK;
}

/* A key in a file mostly ends with a line break. */
enum err route_read_header(const struct config_header *header, struct buf *ret_value)
{
    buf_init(ret_value, ADDED_MAX);
    if (!header->is_file) {
        buf_add_str(ret_value, header->value);
        return buf_check(ret_value);
    }
    TRY(file_read_private(header->value, ret_value));
    while (bytes_end_with(buf_bytes(ret_value), bytes_lit("\n")) ||
           bytes_end_with(buf_bytes(ret_value), bytes_lit("\r")))
        buf_cut(ret_value, ret_value->size - 1);
    return OK;
}

enum err route_read_pin(struct bytes text, uint8_t ret_pin[TLS_PIN_SIZE])
{
    uint8_t storage[TLS_PIN_SIZE];
    struct buf pin;

    buf_init_fixed(&pin, storage, sizeof(storage));
    if (decode_base64(text, &pin) != OK || buf_check(&pin) != OK || pin.size != TLS_PIN_SIZE)
        return ERR_CONFIG;
    memcpy(ret_pin, storage, TLS_PIN_SIZE);
    return OK;
}

static enum err open_tls(struct route *route, struct why *why)
{
    const struct config_route *config = route->config;
    uint8_t pins[CONFIG_WORDS_MAX][TLS_PIN_SIZE];
    const struct tls_client_options options = {
        .host = route->host,
        .ca = config_path_or_null(config->ca),
        .pins = (const uint8_t(*)[TLS_PIN_SIZE])pins,
        .pin_count = config->pins.count,
        .crl = config_path_or_null(config->crl),
        .certificate = config_path_or_null(config->certificate),
        .key = config_path_or_null(config->key),
    };

    for (size_t i = 0; i < config->pins.count; i++)
        TRY(route_read_pin(bytes_str(config->pins.text[i]), pins[i]));
    return tls_client_new(&options, why, &route->tls);
}

/* With its length, so that a byte that moves from one part to the next is a change. */
static void add_part(struct hash *hash, struct bytes part)
{
    hash_add(hash, bytes_of(&part.size, sizeof(part.size)));
    hash_add(hash, part);
}

static enum err add_file(struct hash *hash, const char *path)
{
    struct buf text AUTO(buf_done) = { 0 };

    buf_init(&text, FILE_MAX);
    if (path[0] != '\0')
        TRY(file_read(path, &text));
    add_part(hash, buf_bytes(&text));
    return OK;
}

static void hash_drop(struct hash **hash)
{
    hash_free(*hash);
}

static enum err read_content(struct route *route)
{
    const struct config_route *config = route->config;
    struct hash *hash AUTO(hash_drop) = NULL;

    TRY(hash_new(&hash));
    hash_begin(hash);
    add_part(hash, bytes_of(config, sizeof(*config)));
    for (size_t i = 0; i < config->header_add.count; i++)
        add_part(hash, buf_bytes(&route->added[i]));
    TRY(add_file(hash, config->ca));
    TRY(add_file(hash, config->crl));
    TRY(add_file(hash, config->certificate));
    TRY(add_file(hash, config->key));
    hash_end(hash, route->content);
    return OK;
}

static enum err route_open(struct route *route, struct why *why)
{
    const struct config_route *config = route->config;
    enum err content;

    if (route_read_url(bytes_str(config->url), route) != OK)
        return why_say(why, ERR_CONFIG, "[route %s] url: is no https://host[:port]/path/",
                       config->name);
    for (size_t i = 0; i < config->fields.count; i++) {
        if (fields_add(&route->fields, bytes_str(config->fields.text[i])) != OK)
            return why_say(why, ERR_CONFIG, "[route %s] fields: must be /json/pointer or form:name",
                           config->name);
    }
    for (size_t i = 0; i < config->header_add.count; i++) {
        if (route_read_header(&config->header_add.list[i], &route->added[i]) != OK)
            return why_say(why, ERR_CONFIG,
                           "[route %s] header_add: the file must be there, be its owner's only, "
                           "and hold at most 4 KiB",
                           config->name);
    }
    content = read_content(route); /* before: what changes meanwhile is new to the next reload */
    TRY(open_tls(route, why));     /* it says best which file cannot be read */
    if (content != OK)
        return why_say(why, ERR_CONFIG, "[route %s]: a file of it cannot be read", config->name);
    return OK;
}

static enum err find_place(struct route_places *places, const char *name, size_t *ret_place)
{
    size_t place = 0;

    while (place < places->count && strcmp(places->names[place], name) != 0)
        place++;
    if (place == CONFIG_ROUTE_PLACES_MAX)
        return ERR_LIMIT;
    if (place == places->count)
        memcpy(places->names[places->count++], name, CONFIG_NAME_SIZE);
    *ret_place = place;
    return OK;
}

static enum err open_all(struct routes *routes, struct route_places *places, struct why *why)
{
    for (size_t i = 0; i < routes->count; i++) {
        struct route *route = &routes->list[i];
        route->config = &routes->configs[i];
        TRY(route_open(route, why));
        if (find_place(places, route->config->name, &route->place) != OK)
            return why_say(why, ERR_LIMIT, "[route %s] is one name too many since the start",
                           route->config->name);
    }
    return OK;
}

enum err routes_open(const struct config *config, struct route_places *places, struct why *why,
                     struct routes **ret_routes)
{
    struct routes *routes = calloc(1, sizeof(*routes));
    enum err err = ERR_MEMORY;

    if (routes == NULL)
        return ERR_MEMORY;
    atomic_init(&routes->holders, 1);
    routes->list = calloc(config->route_count + 1, sizeof(routes->list[0]));
    routes->configs = calloc(config->route_count + 1, sizeof(routes->configs[0]));
    if (routes->list != NULL && routes->configs != NULL) {
        routes->count = config->route_count;
        for (size_t i = 0; i < routes->count; i++)
            routes->configs[i] = config->routes[i];
        err = open_all(routes, places, why);
    }
    if (err != OK)
        routes_release(routes);
    else
        *ret_routes = routes;
    return err;
}

static const struct route *find_name(const struct routes *routes, const char *name)
{
    for (size_t i = 0; i < routes->count; i++) {
        if (strcmp(routes->list[i].config->name, name) == 0)
            return &routes->list[i];
    }
    return NULL;
}

enum err routes_compare(const struct routes *routes, const struct routes *before, struct why *why)
{
    for (size_t i = 0; i < routes->count; i++) {
        const struct route *other = find_name(before, routes->list[i].config->name);
        if (other != NULL)
            TRY(tls_client_compare(routes->list[i].tls, other->tls, why));
    }
    return OK;
}

struct routes *routes_hold(struct routes *routes)
{
    (void)atomic_fetch_add(&routes->holders, 1);
    return routes;
}

void routes_release(struct routes *routes)
{
    if (routes == NULL || atomic_fetch_sub(&routes->holders, 1) > 1)
        return;
    for (size_t i = 0; i < routes->count; i++) {
        for (size_t j = 0; j < CONFIG_HEADERS_MAX; j++)
            buf_done(&routes->list[i].added[j]);
        tls_client_release(routes->list[i].tls);
    }
    free(routes->list);
    free(routes->configs);
    free(routes);
}

bool route_equal(const struct route *a, const struct route *b)
{
    return memcmp(a->content, b->content, sizeof(a->content)) == 0;
}

enum err route_judge_path(const struct route *route, struct bytes path)
{
    const struct config_words *paths = &route->config->paths;
    bool fits = paths->count == 0;

    if (!route_path_stays(path))
        return ERR_NO_ROUTE;
    for (size_t i = 0; i < paths->count && !fits; i++)
        fits = route_path_fits(path, bytes_str(paths->text[i]));
    return fits ? OK : ERR_NO_ROUTE;
}

enum err route_judge_method(const struct route *route, enum http_method method,
                            char ret_allow[ROUTE_ALLOW_SIZE])
{
    const struct config_words *methods = &route->config->methods;
    size_t size = 0;

    for (size_t i = 0; i < methods->count; i++) {
        if (strcmp(methods->text[i], http_method_name(method)) == 0)
            return OK;
        size += (size_t)snprintf(ret_allow + size, ROUTE_ALLOW_SIZE - size, "%s%s",
                                 size == 0 ? "" : ", ", methods->text[i]);
        if (size >= ROUTE_ALLOW_SIZE)
            size = ROUTE_ALLOW_SIZE - 1;
    }
    return methods->count == 0 ? OK : ERR_BAD_METHOD;
}

static bool names(const struct config_words *words, struct bytes name)
{
    for (size_t i = 0; i < words->count; i++) {
        if (bytes_equal_nocase(bytes_str(words->text[i]), name))
            return true;
    }
    return false;
}

static bool is_added(const struct config_headers *headers, struct bytes name)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (bytes_equal_nocase(bytes_str(headers->list[i].name), name))
            return true;
    }
    return false;
}

bool route_passes(const struct route *route, struct bytes name)
{
    const struct config_route *config = route->config;

    if (names(&config->header_drop, name) || is_added(&config->header_add, name))
        return false;
    return config->header_pass.count == 0 || names(&config->header_pass, name);
}

bool field_is_ours(struct bytes name)
{
    static const struct bytes ours[] = {
        bytes_lit("Connection"),
        bytes_lit("Keep-Alive"),
        bytes_lit("Proxy-Authenticate"),
        bytes_lit("Proxy-Authorization"),
        bytes_lit("TE"),
        bytes_lit("Trailer"),
        bytes_lit("Transfer-Encoding"),
        bytes_lit("Upgrade"),
        bytes_lit("Host"),
        bytes_lit("Content-Length"),
        bytes_lit("Expect"),
        bytes_lit("Accept-Encoding"),
        bytes_lit("Via"),
        bytes_lit("Proxy-Connection"),
    };
    static const char prefix[] = "Pangate-";

    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (bytes_equal_nocase(name, ours[i]))
            return true;
    }
    return name.size >= sizeof(prefix) - 1 &&
           bytes_equal_nocase(bytes_of(name.data, sizeof(prefix) - 1), bytes_str(prefix));
}
