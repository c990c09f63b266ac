/*
 * What the listening side of TLS needs, built from files: certificate, key, client CA, revocation
 * lists.
 *
 * TLS 1.3, and 1.2 with ECDHE and AEAD; no renegotiation, no compression, no early data. Tickets
 * carry the peer's facts and are checked again when they come back: one that would no longer be
 * let in leads to a full handshake, which says why. A tls_server never changes: a reload makes
 * another one. Counted references; any thread.
 */
#ifndef PANGATE_NET_TLS_SERVER_H
#define PANGATE_NET_TLS_SERVER_H

#include <stdint.h>

#include "base/err.h"
#include "base/why.h"
#include "net/peer.h"

struct ssl_ctx_st;
struct tls_server;

struct tls_server_options {
    const char *certificate; /* PEM, leaf first */
    const char *key;         /* PEM, readable by its owner only */
    const char *client_ca;   /* PEM */
    const char *client_crl;  /* PEM, any number of lists; NULL: no revocation */
};

/*
 * `before` is the one in use when this is a reload, else NULL: a revocation list that is older
 * than the one of the same issuer in use is refused (ERR_ROLLED_BACK), and so is one whose
 * signature is not its issuer's (ERR_FORGED). ERR_MODE for a key that others can read;
 * ERR_NOT_FOUND, ERR_IO, ERR_CERTIFICATE. `why` says it in a sentence.
 */
enum err tls_server_new(const struct tls_server_options *options, const struct tls_server *before,
                        struct why *why, struct tls_server **ret_server);
struct tls_server *tls_server_hold(struct tls_server *server);
void tls_server_release(struct tls_server *server); /* accepts NULL */

/* Would this peer still be let in? For live connections after a reload, and for tickets. Does not
 * ask the directory: a client that is gone gets an answer of its own. */
enum handshake tls_server_judge_again(const struct tls_server *server, const struct peer *peer,
                                      int64_t now_ms);

/* The earliest time at which a revocation list is overdue (then nobody is let in), or INT64_MAX. */
int64_t tls_server_crl_due_ms(const struct tls_server *server);

/* For net: the context, and the judge of one handshake (SSL_set_app_data() of a tls_guest). */
struct ssl_ctx_st *tls_server_context(const struct tls_server *server);

struct tls_guest {
    const struct tls_server *server;
    const struct peer_directory *directory;
    enum handshake result; /* why the certificate was refused; HANDSHAKE_OK so far */
    struct peer peer;
};

#endif
