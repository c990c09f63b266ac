/*
 * What the configuration file says, read whole and checked before anything believes it.
 *
 * A plain value: paths are absolute (relative ones count from the file's folder), times are in
 * milliseconds, sizes in bytes, absent options hold their defaults. Secrets are named by file,
 * never held. The options themselves (name, type, default, least, most, manual sentence) are rows
 * of one table in gateway/option.h, which parses, checks, prints and documents them.
 */
#ifndef PANGATE_GATEWAY_CONFIG_H
#define PANGATE_GATEWAY_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/why.h"
#include "service/right.h"

enum {
    CONFIG_NAME_SIZE = 65,
    CONFIG_TEXT_SIZE = 512,
    CONFIG_LISTENERS_MAX = 16,
    CONFIG_TENANTS_MAX = 1024,
    CONFIG_CLIENTS_MAX = 4096,
    CONFIG_ROUTES_MAX = 256,
    CONFIG_ROUTE_PLACES_MAX = 4 * CONFIG_ROUTES_MAX, /* different names from start to stop */
    CONFIG_SINKS_MAX = 8,
    CONFIG_WORDS_MAX = 32,
    CONFIG_HEADERS_MAX = 16,
};

/* A list of words, as written. */
struct config_words {
    size_t count;
    char text[CONFIG_WORDS_MAX][CONFIG_NAME_SIZE];
};

/* Headers that a route or a sink adds. */
struct config_headers {
    size_t count;
    struct config_header {
        char name[CONFIG_NAME_SIZE];
        bool is_file;          /* the value is a file's content */
        char value[PATH_SIZE]; /* or its path */
    } list[CONFIG_HEADERS_MAX];
};

struct config_gateway {
    char vault[PATH_SIZE];
    char root_key[PATH_SIZE]; /* the path behind `file:` */
    char admin[PATH_SIZE];    /* "unix:/absolute/path" or "address:port" */
    char journal_dir[PATH_SIZE];
    char audit_archive[PATH_SIZE]; /* "": none */
    uint32_t workers;              /* 0: one per core */
    uint64_t vault_size_max;
    uint64_t journal_size;
    int64_t expired_keep_ms;
    int64_t sync_bound_ms;
    int64_t drain_timeout_ms;
    int64_t serve_timeout_ms; /* how long a request waits for the journal */
    uint64_t memory_max;      /* held by requests in work, of all clients */
    uint32_t cvc_max;         /* security codes held at once, of all tenants */
    char user[CONFIG_NAME_SIZE];
};

struct config_listener {
    char name[CONFIG_NAME_SIZE];
    char address[CONFIG_TEXT_SIZE]; /* "127.0.0.1:8443", "[::1]:8443" */
    char certificate[PATH_SIZE];
    char key[PATH_SIZE];
    char client_ca[PATH_SIZE];
    char client_crl[PATH_SIZE]; /* "": none */
    int64_t handshake_timeout_ms, head_timeout_ms, body_timeout_ms, idle_timeout_ms,
        reply_timeout_ms;
    uint64_t head_max, body_max;
    uint32_t connections_max;
};

struct config_tenant {
    char name[CONFIG_NAME_SIZE];
    int64_t idempotency_keep_ms;
};

struct config_client {
    char name[CONFIG_NAME_SIZE];
    char identity[CONFIG_TEXT_SIZE]; /* "URI:..." or "DNS:..." */
    char tenant[CONFIG_NAME_SIZE];
    unsigned rights;                                    /* enum right bits */
    struct config_words forward;                        /* route names behind forward: */
    uint32_t rate_per_second;                           /* 0: no limit */
    uint32_t detokenize_per_minute, detokenize_per_day; /* 0: no limit */
    uint64_t memory_max;
};

struct config_route {
    char name[CONFIG_NAME_SIZE];
    char url[CONFIG_TEXT_SIZE];
    char ca[PATH_SIZE];
    char crl[PATH_SIZE];      /* "": none */
    struct config_words pins; /* sha256 of public keys, base64 */
    char certificate[PATH_SIZE];
    char key[PATH_SIZE];
    struct config_words methods, paths, fields;
    struct config_headers header_add;
    struct config_words header_drop, header_pass;
    struct config_words success_status, success_member; /* member: a pointer, then values */
    bool private_addresses;
    bool inbound;
    int64_t connect_timeout_ms, answer_timeout_ms, cvc_ttl_ms;
    uint64_t answer_keep_max; /* bytes of an answer that an Idempotency-Key gets again */
    uint32_t connections_max, queue_max, cards_max;
};

enum config_sink_kind { CONFIG_SINK_FILE, CONFIG_SINK_SYSLOG, CONFIG_SINK_HTTPS };

struct config_sink_to {
    enum config_sink_kind kind;
    char text[PATH_SIZE]; /* a path; "host" or "host:port"; a url */
};

struct config_sink {
    char name[CONFIG_NAME_SIZE];
    struct config_sink_to to;
    char ca[PATH_SIZE];
    char crl[PATH_SIZE]; /* "": none */
    char certificate[PATH_SIZE];
    char key[PATH_SIZE];
    struct config_headers header_add;
    bool entries, history, required;
    int64_t interval_ms, timeout_ms, late_after_ms;
    uint64_t parcel_max;
};

struct config {
    char path[PATH_SIZE]; /* of the file itself */
    struct config_gateway gateway;
    size_t listener_count, tenant_count, client_count, route_count, sink_count;
    struct config_listener *listeners;
    struct config_tenant *tenants;
    struct config_client *clients;
    struct config_route *routes;
    struct config_sink *sinks;
};

enum { CONFIG_MISTAKES_TOLD = 100 };

/* Every mistake of a file, in its order: "pangate.conf:12: [gateway] workers: must be 0 to 256". */
struct config_mistakes {
    size_t count;
    char text[CONFIG_MISTAKES_TOLD][512]; /* further ones are only counted */
};

/* An option that names a file or folder; NULL if it is not set. */
static inline const char *config_path_or_null(const char *path)
{
    return path[0] == '\0' ? NULL : path;
}

/* Read and check. ERR_CONFIG when there is a mistake, ERR_NOT_FOUND or ERR_IO when there is no
 * readable file; mistakes->text says everything a person needs. Caller frees. */
enum err config_load(const char *path, struct config **ret_config,
                     struct config_mistakes *mistakes);
void config_free(struct config *config);

#endif
