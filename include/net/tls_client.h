/*
 * What the asking side of TLS needs: whom to trust, which name to expect, and who we are.
 *
 * The other side's chain is proved strictly (RFC 5280) and its name is looked for among the
 * alternative names only (RFC 9525): the common name is never used, a star stands for one whole
 * first label. With revocation lists every issuer of the chain must have a current one. One
 * tls_client is for one name; its last session is kept and offered again. Counted references; any
 * thread.
 */
#ifndef PANGATE_NET_TLS_CLIENT_H
#define PANGATE_NET_TLS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/why.h"
#include "net/handshake.h"

struct ssl_st;
struct tls_client;
struct x509_store_ctx_st;

enum { TLS_PIN_SIZE = 32, TLS_PINS_MAX = 32 }; /* SHA-256 of a SubjectPublicKeyInfo */

struct tls_client_options {
    const char *host; /* a DNS name or an IP address */
    const char *ca;   /* PEM; NULL only with pins: then a pinned leaf needs no issuer */
    const uint8_t (*pins)[TLS_PIN_SIZE]; /* copied; with any, the leaf's key must be one of them */
    size_t pin_count;
    const char *crl;         /* PEM, lists of the issuers in `ca`; NULL: no revocation */
    const char *certificate; /* ours, PEM, leaf first; NULL: none */
    const char *key;         /* PEM, readable by its owner only; NULL: none */
};

/* ERR_FORGED for a list that its issuer did not sign. */
enum err tls_client_new(const struct tls_client_options *options, struct why *why,
                        struct tls_client **ret_client);
/* For a reload. ERR_ROLLED_BACK if a list is older than the one of the same issuer in `before`. */
enum err tls_client_compare(const struct tls_client *client, const struct tls_client *before,
                            struct why *why);

struct tls_client *tls_client_hold(struct tls_client *client);
void tls_client_release(struct tls_client *client); /* accepts NULL */

/* False while a revocation list is overdue: then no new connection is let in, and none that was
 * made before may be used. */
bool tls_client_is_current(const struct tls_client *client);

/* One handshake; lives as long as the connection. */
struct tls_visit {
    struct tls_client *client; /* held by who owns the visit */
    enum handshake result;     /* why the certificate was refused; HANDSHAKE_OK so far */
};

/* For net: a connection over a socket, ready to shake hands. NULL: no memory. */
struct ssl_st *tls_client_begin(struct tls_visit *visit, int fd);

/* Judge a chain: what the handshake does, without one. The store has the flags of
 * tls_client_verify_flags(). */
enum handshake tls_client_judge(struct x509_store_ctx_st *store, const char *host);
unsigned long tls_client_verify_flags(void);

#endif
