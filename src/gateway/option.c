#include "gateway/option.h"

#include "base/must.h"

#define MS INT64_C(1)
#define S  (1000 * MS)
#define H  (3600 * S)
#define D  (24 * H)
#define KI (INT64_C(1) << 10)
#define MI (INT64_C(1) << 20)
#define GI (INT64_C(1) << 30)
#define TI (INT64_C(1) << 40)

#define AT(section, member) offsetof(struct config_##section, member)

static const struct option_row options[] = {
    { SECTION_GATEWAY, "vault", OPTION_PATH, AT(gateway, vault), NULL, 0, 0,
      "the folder of the vault" },
    { SECTION_GATEWAY, "root_key", OPTION_ROOT_KEY, AT(gateway, root_key), NULL, 0, 0,
      "where the root key is: file:PATH, readable by its owner only" },
    { SECTION_GATEWAY, "admin", OPTION_ADMIN, AT(gateway, admin), NULL, 0, 0,
      "livez, readyz and metrics: unix:PATH or a loopback address with a port" },
    { SECTION_GATEWAY, "workers", OPTION_COUNT, AT(gateway, workers), "0", 0, 256,
      "threads that serve; 0: one per core" },
    { SECTION_GATEWAY, "journal_dir", OPTION_PATH, AT(gateway, journal_dir), "", 0, 0,
      "a folder for the journal, best on a disk of its own; else in the vault" },
    { SECTION_GATEWAY, "journal_size", OPTION_SIZE, AT(gateway, journal_size), "256M", 16 * MI,
      64 * GI, "the journal's fixed size, set when the vault is made" },
    { SECTION_GATEWAY, "audit_archive", OPTION_PATH, AT(gateway, audit_archive), "", 0, 0,
      "a folder that `pangate audit archive` moves old entry files of the log to" },
    { SECTION_GATEWAY, "vault_size_max", OPTION_SIZE, AT(gateway, vault_size_max), "64G", 256 * MI,
      16 * TI, "the most that the vault's file may grow to" },
    { SECTION_GATEWAY, "expired_keep", OPTION_DURATION, AT(gateway, expired_keep_ms), "7d", 0,
      3660 * D, "how long an expired card is kept, though nobody can see it, before it is swept" },
    { SECTION_GATEWAY, "sync_bound", OPTION_DURATION, AT(gateway, sync_bound_ms), "0s", 0, S,
      "0: no answer leaves before its entry is on disk. 10ms: detokenize and lookup do not wait, "
      "and "
      "a crash may lose the entries of that time" },
    { SECTION_GATEWAY, "drain_timeout", OPTION_DURATION, AT(gateway, drain_timeout_ms), "30s", 0, H,
      "how long SIGTERM waits for requests that are being served" },
    { SECTION_GATEWAY, "serve_timeout", OPTION_DURATION, AT(gateway, serve_timeout_ms), "30s", S, H,
      "how long a request waits for its entry to be on disk" },
    { SECTION_GATEWAY, "memory_max", OPTION_SIZE, AT(gateway, memory_max), "512M", 16 * MI, TI,
      "memory that all connections and requests may hold; beyond it 503 overloaded" },
    { SECTION_GATEWAY, "cvc_max", OPTION_COUNT, AT(gateway, cvc_max), "8192", 1, 1000000,
      "security codes held at once; each tenant may hold its even part, beyond it 503 overloaded" },
    { SECTION_GATEWAY, "user", OPTION_TEXT, AT(gateway, user), "", 0, CONFIG_NAME_SIZE,
      "become this user when started as root" },

    { SECTION_LISTENER, "address", OPTION_ADDRESS, AT(listener, address), NULL, 0, 0,
      "where to listen: 127.0.0.1:8443, [::1]:8443" },
    { SECTION_LISTENER, "certificate", OPTION_PATH, AT(listener, certificate), NULL, 0, 0,
      "the server's certificate, PEM, with what lies between it and its root" },
    { SECTION_LISTENER, "key", OPTION_PATH, AT(listener, key), NULL, 0, 0,
      "its private key, PEM, readable by its owner only" },
    { SECTION_LISTENER, "client_ca", OPTION_PATH, AT(listener, client_ca), NULL, 0, 0,
      "the authorities that clients' certificates come from, PEM" },
    { SECTION_LISTENER, "client_crl", OPTION_PATH, AT(listener, client_crl), "", 0, 0,
      "revocation lists, PEM; when one is overdue nobody is let in" },
    { SECTION_LISTENER, "handshake_timeout", OPTION_DURATION, AT(listener, handshake_timeout_ms),
      "10s", S, H, "for the TLS handshake" },
    { SECTION_LISTENER, "head_timeout", OPTION_DURATION, AT(listener, head_timeout_ms), "10s", S, H,
      "for a request's head, from its first byte" },
    { SECTION_LISTENER, "body_timeout", OPTION_DURATION, AT(listener, body_timeout_ms), "30s", S, H,
      "for a request's body" },
    { SECTION_LISTENER, "idle_timeout", OPTION_DURATION, AT(listener, idle_timeout_ms), "75s", S, D,
      "between requests" },
    { SECTION_LISTENER, "reply_timeout", OPTION_DURATION, AT(listener, reply_timeout_ms), "30s", S,
      H, "for the client to take an answer" },
    { SECTION_LISTENER, "head_max", OPTION_SIZE, AT(listener, head_max), "8K", KI, 64 * KI - 1,
      "the largest request head" },
    { SECTION_LISTENER, "body_max", OPTION_SIZE, AT(listener, body_max), "1M", KI, 64 * MI,
      "the largest request body" },
    { SECTION_LISTENER, "connections_max", OPTION_COUNT, AT(listener, connections_max), "10000", 1,
      1000000, "connections at once; beyond it accepting pauses" },

    { SECTION_TENANT, "idempotency_keep", OPTION_DURATION, AT(tenant, idempotency_keep_ms), "24h",
      S, 30 * D, "how long an Idempotency-Key is remembered" },

    { SECTION_CLIENT, "identity", OPTION_IDENTITY, AT(client, identity), NULL, 0, 0,
      "the name in its certificate: URI:... or DNS:..." },
    { SECTION_CLIENT, "tenant", OPTION_TEXT, AT(client, tenant), NULL, 0, CONFIG_NAME_SIZE,
      "whose cards it sees" },
    { SECTION_CLIENT, "rights", OPTION_RIGHTS, AT(client, rights), "", 0, 0,
      "of tokenize inspect update erase detokenize admin forward:ROUTE forward:*" },
    { SECTION_CLIENT, "rate", OPTION_RATE, AT(client, rate_per_second), "", 1, 1000000000,
      "requests per second, such as 1000/s; without it no limit" },
    { SECTION_CLIENT, "detokenize_per_minute", OPTION_COUNT, AT(client, detokenize_per_minute), "0",
      0, 1000000000, "tokens that it may detokenize in a minute; 0: no limit" },
    { SECTION_CLIENT, "detokenize_per_day", OPTION_COUNT, AT(client, detokenize_per_day), "0", 0,
      1000000000, "the same for a day, begun anew by a restart" },
    { SECTION_CLIENT, "memory_max", OPTION_SIZE, AT(client, memory_max), "128M", MI, TI,
      "memory that its connections and requests may hold; beyond it 503 overloaded" },

    { SECTION_ROUTE, "url", OPTION_URL, AT(route, url), NULL, 0, 0,
      "where requests go: https://host[:port]/path/" },
    { SECTION_ROUTE, "ca", OPTION_PATH, AT(route, ca), "", 0, 0,
      "the authorities that the processor's certificate comes from, PEM" },
    { SECTION_ROUTE, "crl", OPTION_PATH, AT(route, crl), "", 0, 0,
      "revocation lists of these authorities, PEM; when one is overdue nothing is sent" },
    { SECTION_ROUTE, "pins", OPTION_WORDS, AT(route, pins), "", 0, 0,
      "SHA-256 of public keys that are believed, base64" },
    { SECTION_ROUTE, "certificate", OPTION_PATH, AT(route, certificate), "", 0, 0,
      "our certificate to the processor, PEM" },
    { SECTION_ROUTE, "key", OPTION_PATH, AT(route, key), "", 0, 0, "its private key, PEM" },
    { SECTION_ROUTE, "methods", OPTION_WORDS, AT(route, methods), "", 0, 0,
      "methods that are let through; none named: all" },
    { SECTION_ROUTE, "paths", OPTION_WORDS, AT(route, paths), "", 0, 0,
      "paths that are let through, * at the end for all below; none named: all" },
    { SECTION_ROUTE, "fields", OPTION_WORDS, AT(route, fields), "", 0, 0,
      "members that hold a token without a mark: /json/pointer or form:name" },
    { SECTION_ROUTE, "header_add", OPTION_HEADER, AT(route, header_add), "", 0, 0,
      "a header to add: Name: file:PATH or Name: value; may be given up to 16 times" },
    { SECTION_ROUTE, "header_drop", OPTION_WORDS, AT(route, header_drop), "", 0, 0,
      "headers of the caller that do not go on" },
    { SECTION_ROUTE, "header_pass", OPTION_WORDS, AT(route, header_pass), "", 0, 0,
      "the only headers of the caller that go on; none named: all" },
    { SECTION_ROUTE, "private_addresses", OPTION_BOOL, AT(route, private_addresses), "no", 0, 0,
      "may the url's name lead to a private or loopback address?" },
    { SECTION_ROUTE, "direction", OPTION_DIRECTION, AT(route, inbound), "outbound", 0, 0,
      "inbound: cards come in at /v1/inbound/NAME and go on as tokens" },
    { SECTION_ROUTE, "connect_timeout", OPTION_DURATION, AT(route, connect_timeout_ms), "5s", S, H,
      "for connecting, with TLS" },
    { SECTION_ROUTE, "answer_timeout", OPTION_DURATION, AT(route, answer_timeout_ms), "30s", S, H,
      "for the processor's answer, or each next piece of it; a caller who takes less than 64K a "
      "second is as long behind at most, then the answer is cut" },
    { SECTION_ROUTE, "cvc_ttl", OPTION_DURATION, AT(route, cvc_ttl_ms), "15m", S, D,
      "how long a security code is held in memory" },
    { SECTION_ROUTE, "success_status", OPTION_WORDS, AT(route, success_status), "", 0, 0,
      "statuses that mean yes, so that the security code is destroyed; none named: any 2xx" },
    { SECTION_ROUTE, "success_member", OPTION_WORDS, AT(route, success_member), "", 0, 0,
      "instead: a JSON pointer into the answer and the values that mean yes" },
    { SECTION_ROUTE, "connections_max", OPTION_COUNT, AT(route, connections_max), "64", 1, 100000,
      "connections to the processor at once" },
    { SECTION_ROUTE, "cards_max", OPTION_COUNT, AT(route, cards_max), "64", 1, 64,
      "different cards in one request, which its entry names" },
    { SECTION_ROUTE, "answer_keep_max", OPTION_SIZE, AT(route, answer_keep_max), "200K", 0,
      200 * KI, "an answer larger than this is not kept for its Idempotency-Key" },
    { SECTION_ROUTE, "queue_max", OPTION_COUNT, AT(route, queue_max), "1024", 0, 1000000,
      "requests that may wait for a connection" },

    { SECTION_SINK, "to", OPTION_SINK, AT(sink, to), NULL, 0, 0,
      "where the log goes: file:PATH, syslog://host[:port] (TLS) or https://host[:port]/path" },
    { SECTION_SINK, "ca", OPTION_PATH, AT(sink, ca), "", 0, 0,
      "the authorities that the receiver's certificate comes from, PEM" },
    { SECTION_SINK, "crl", OPTION_PATH, AT(sink, crl), "", 0, 0,
      "their revocation lists, PEM; when one is overdue nothing is sent" },
    { SECTION_SINK, "certificate", OPTION_PATH, AT(sink, certificate), "", 0, 0,
      "our certificate to the receiver, PEM" },
    { SECTION_SINK, "key", OPTION_PATH, AT(sink, key), "", 0, 0, "its private key, PEM" },
    { SECTION_SINK, "header_add", OPTION_HEADER, AT(sink, header_add), "", 0, 0,
      "for https: a header to add: Name: file:PATH or Name: value; up to 16 times" },
    { SECTION_SINK, "entries", OPTION_BOOL, AT(sink, entries), "yes", 0, 0,
      "entries and checkpoints? no: checkpoints alone" },
    { SECTION_SINK, "history", OPTION_BOOL, AT(sink, history), "yes", 0, 0,
      "does a new sink begin with the first entry of the log? no: with what comes" },
    { SECTION_SINK, "required", OPTION_BOOL, AT(sink, required), "no", 0, 0,
      "is the gateway not ready while this sink is late? no: readyz only warns" },
    { SECTION_SINK, "late_after", OPTION_DURATION, AT(sink, late_after_ms), "5m", S, 30 * D,
      "how long a sink may be behind before it is late" },
    { SECTION_SINK, "interval", OPTION_DURATION, AT(sink, interval_ms), "1s", 100 * MS, H,
      "how long entries are gathered once it has caught up" },
    { SECTION_SINK, "timeout", OPTION_DURATION, AT(sink, timeout_ms), "30s", S, H,
      "for connecting, and then for the receiver to take and confirm a parcel" },
    { SECTION_SINK, "parcel_max", OPTION_SIZE, AT(sink, parcel_max), "512K", 16 * KI, 16 * MI,
      "the most that is sent at once" },
};

enum { OPTION_COUNT_OF = sizeof(options) / sizeof(options[0]) };

static const char *const section_names[SECTIONS] = {
    [SECTION_GATEWAY] = "gateway", [SECTION_LISTENER] = "listener", [SECTION_TENANT] = "tenant",
    [SECTION_CLIENT] = "client",   [SECTION_ROUTE] = "route",       [SECTION_SINK] = "sink",
};

size_t option_count(void)
{
    return OPTION_COUNT_OF;
}

const struct option_row *option_at(size_t index)
{
    must(index < OPTION_COUNT_OF);
    return &options[index];
}

const struct option_row *option_find(enum config_section section, struct bytes name)
{
    for (size_t i = 0; i < OPTION_COUNT_OF; i++) {
        if (options[i].section == section && bytes_equal(name, bytes_str(options[i].name)))
            return &options[i];
    }
    return NULL;
}

const char *section_name(enum config_section section)
{
    return section_names[section];
}

static void print_option(const struct option_row *option, struct buf *text)
{
    const char *preset = option->preset == NULL ? "" : option->preset;

    buf_format(text, "; %s%s\n", option->manual, option->preset == NULL ? " (required)" : "");
    buf_format(text, "%s%s =%s%s\n", option->preset == NULL ? "" : ";", option->name,
               preset[0] == '\0' ? "" : " ", preset);
}

void options_print(struct buf *text)
{
    for (int section = 0; section < SECTIONS; section++) {
        buf_format(text, "%s[%s%s]\n", section == 0 ? "" : "\n",
                   section_name((enum config_section)section),
                   section == SECTION_GATEWAY ? "" : " NAME");
        for (size_t i = 0; i < OPTION_COUNT_OF; i++) {
            if (options[i].section == (enum config_section)section)
                print_option(&options[i], text);
        }
    }
}
