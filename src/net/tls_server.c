#include "net/tls_server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/must.h"
#include "net/crl.h"
#include "net/pem.h"
#include "net/ticket_keys.h"
#include "net/tls_common.h"

enum {
    CHAIN_MESSAGE_MAX = 4 * PEER_CERTIFICATE_SIZE_MAX, /* of the whole Certificate message */
    TICKETS_PER_HANDSHAKE = 1,
    FACTS_SIZE_MAX = 512,
};

struct tls_server {
    SSL_CTX *context;
    struct ticket_keys *tickets;
    struct crl_set *crls; /* NULL: revocation is not configured */
    struct certificate_id *anchors;
    size_t anchor_count;
    atomic_uint holders;
};

static enum handshake judge_sizes(X509_STORE_CTX *store)
{
    const STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(store);

    for (int i = 0; i < sk_X509_num(sent); i++)
        if (i2d_X509(sk_X509_value(sent, i), NULL) > PEER_CERTIFICATE_SIZE_MAX)
            return HANDSHAKE_OVERSIZED;
    return HANDSHAKE_OK;
}

static enum handshake guest_judge(struct tls_guest *guest, X509_STORE_CTX *store)
{
    const STACK_OF(X509) *chain;
    enum handshake result = judge_sizes(store);

    if (result != HANDSHAKE_OK)
        return result;
    if (X509_verify_cert(store) != 1)
        return tls_verify_result(X509_STORE_CTX_get_error(store));
    chain = X509_STORE_CTX_get0_chain(store);
    result = peer_judge(chain, guest->directory, &guest->peer);
    if (result == HANDSHAKE_OK && guest->server->crls != NULL)
        result = crl_set_judge(guest->server->crls, chain, clock_wall_ms());
    return result;
}

/* Instead of OpenSSL's verification, which is one part of ours. */
static int on_verify(X509_STORE_CTX *store, void *argument)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls_guest *guest = SSL_get_app_data(ssl);

    (void)argument;
    guest->result = guest_judge(guest, store);
    X509_STORE_CTX_set_error(store, tls_verify_error(guest->result));
    X509_STORE_CTX_set0_verified_chain(store, NULL); /* or OpenSSL keeps it with the connection */
    return guest->result == HANDSHAKE_OK;
}

/* A ticket carries the facts, so that they can be looked at again without the certificates. */
static int on_ticket_made(SSL *ssl, void *argument)
{
    const struct tls_guest *guest = SSL_get_app_data(ssl);
    uint8_t storage[FACTS_SIZE_MAX];
    struct buf facts AUTO(buf_done);

    (void)argument;
    buf_init_fixed(&facts, storage, sizeof(storage));
    peer_write(&guest->peer, &facts);
    return buf_check(&facts) == OK &&
           SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), facts.data, facts.size) == 1;
}

static enum handshake ticket_judge(const struct tls_guest *guest, SSL_SESSION *session,
                                   struct peer *ret_peer)
{
    enum handshake result;
    void *facts = NULL;
    size_t size = 0;

    if (SSL_SESSION_get0_ticket_appdata(session, &facts, &size) != 1 ||
        peer_read(bytes_of(facts, size), ret_peer) != OK)
        return HANDSHAKE_INTERNAL;
    result = peer_judge_again(ret_peer, guest->directory, clock_wall_ms());
    if (result == HANDSHAKE_OK)
        result = tls_server_judge_again(guest->server, ret_peer, clock_wall_ms());
    return result;
}

/* A ticket that would not be let in today is not used: the full handshake that follows says why. */
static SSL_TICKET_RETURN on_ticket_shown(SSL *ssl, SSL_SESSION *session, const unsigned char *name,
                                         size_t size, SSL_TICKET_STATUS status, void *argument)
{
    struct tls_guest *guest = SSL_get_app_data(ssl);

    (void)name;
    (void)size;
    (void)argument;
    if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW)
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    if (ticket_judge(guest, session, &guest->peer) != HANDSHAKE_OK)
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW;
}

/* What OpenSSL asks for here: 1 set, 2 set and to be replaced, 0 no such key, -1 failed. */
static int on_ticket_key(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                         EVP_MAC_CTX *mac, int making)
{
    const struct tls_guest *guest = SSL_get_app_data(ssl);
    const struct ticket_seal seal = { name, iv, cipher, mac };
    bool renew;
    enum err err;

    if (making)
        return ticket_keys_seal(guest->server->tickets, &seal, clock_mono_ms()) == OK ? 1 : -1;
    err = ticket_keys_open(guest->server->tickets, &seal, clock_mono_ms(), &renew);
    if (err != OK)
        return err == ERR_NOT_FOUND ? 0 : -1;
    return renew ? 2 : 1;
}

/* A client that offers protocols must offer ours, so that its bytes are never taken for another
 * protocol's (RFC 7301, section 3.2). */
static int on_alpn(SSL *ssl, const unsigned char **ret_name, unsigned char *ret_size,
                   const unsigned char *offered, unsigned offered_size, void *argument)
{
    static const unsigned char ours[] = "\x08http/1.1";

    (void)ssl;
    (void)argument;
    return SSL_select_next_proto((unsigned char **)ret_name, ret_size, ours, sizeof(ours) - 1,
                                 offered, offered_size) == OPENSSL_NPN_NEGOTIATED
               ? SSL_TLSEXT_ERR_OK
               : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static void context_set_callbacks(SSL_CTX *context)
{
    static const unsigned char session_context[] = "pangate";

    SSL_CTX_set_verify(context,
                       SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT | SSL_VERIFY_CLIENT_ONCE,
                       NULL);
    SSL_CTX_set_cert_verify_callback(context, on_verify, NULL);
    must(SSL_CTX_set_session_ticket_cb(context, on_ticket_made, on_ticket_shown, NULL) == 1);
    must(SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket_key) == 1);
    SSL_CTX_set_alpn_select_cb(context, on_alpn, NULL);
    (void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    must(SSL_CTX_set_session_id_context(context, session_context, sizeof(session_context)) == 1);
    (void)SSL_CTX_set_timeout(context, TICKET_LIFE_S);
    must(SSL_CTX_set_num_tickets(context, TICKETS_PER_HANDSHAKE) == 1);
    SSL_CTX_set_max_cert_list(context, CHAIN_MESSAGE_MAX);
}

/* Where a root is configured, chains go up to a root, so that a revoked issuer on the way is seen
 * even if it is configured, too. Without any, what is configured is the anchor. */
static enum err context_set_trust(SSL_CTX *context, const STACK_OF(X509) *issuers)
{
    X509_STORE *store = SSL_CTX_get_cert_store(context);
    bool rooted = false;

    for (int i = 0; i < sk_X509_num(issuers); i++)
        if (X509_STORE_add_cert(store, sk_X509_value(issuers, i)) != 1 ||
            SSL_CTX_add_client_CA(context, sk_X509_value(issuers, i)) != 1)
            return ERR_MEMORY;
    for (int i = 0; i < sk_X509_num(issuers); i++)
        rooted |= (X509_get_extension_flags(sk_X509_value(issuers, i)) & EXFLAG_SS) != 0;
    must(rooted || X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1);
    SSL_CTX_set_verify_depth(context, PEER_DEPTH_MAX - 1); /* OpenSSL counts what is in between */
    return OK;
}

/* What is trusted, to know again the anchor of a peer that was let in by another configuration. */
static enum err server_keep_anchors(struct tls_server *server, const STACK_OF(X509) *issuers)
{
    const int count = sk_X509_num(issuers);

    server->anchors = calloc((size_t)count, sizeof(server->anchors[0]));
    if (server->anchors == NULL)
        return ERR_MEMORY;
    for (int i = 0; i < count; i++)
        server->anchors[server->anchor_count++] = certificate_id_exact(sk_X509_value(issuers, i));
    return OK;
}

static enum err server_set_clients(struct tls_server *server,
                                   const struct tls_server_options *options, struct why *why)
{
    STACK_OF(X509) *issuers;
    enum err err;

    TRY(pem_certificates(options->client_ca, why, &issuers));
    err = context_set_trust(server->context, issuers);
    if (err == OK)
        err = server_keep_anchors(server, issuers);
    if (err == OK && options->client_crl != NULL)
        err = crl_set_read(options->client_crl, issuers, why, &server->crls);
    sk_X509_pop_free(issuers, X509_free);
    return err;
}

static enum err server_build(struct tls_server *server, const struct tls_server_options *options,
                             const struct tls_server *before, struct why *why)
{
    server->context = SSL_CTX_new(TLS_server_method());
    if (server->context == NULL)
        return ERR_MEMORY;
    TRY(ticket_keys_new(&server->tickets));
    tls_context_harden(server->context);
    context_set_callbacks(server->context);
    TRY(tls_context_identify(server->context, options->certificate, options->key, why));
    TRY(server_set_clients(server, options, why));
    if (server->crls != NULL && before != NULL && before->crls != NULL)
        TRY(crl_set_compare(server->crls, before->crls, why));
    return OK;
}

enum err tls_server_new(const struct tls_server_options *options, const struct tls_server *before,
                        struct why *why, struct tls_server **ret_server)
{
    struct tls_server *server = calloc(1, sizeof(*server));
    enum err err;

    if (server == NULL)
        return ERR_MEMORY;
    atomic_init(&server->holders, 1);
    err = server_build(server, options, before, why);
    ERR_clear_error();
    if (err != OK) {
        tls_server_release(server);
        return err;
    }
    *ret_server = server;
    return OK;
}

struct tls_server *tls_server_hold(struct tls_server *server)
{
    (void)atomic_fetch_add(&server->holders, 1);
    return server;
}

void tls_server_release(struct tls_server *server)
{
    if (server == NULL || atomic_fetch_sub(&server->holders, 1) > 1)
        return;
    SSL_CTX_free(server->context);
    ticket_keys_free(server->tickets);
    crl_set_free(server->crls);
    free(server->anchors);
    free(server);
}

static bool trusts(const struct tls_server *server, const struct certificate_id *anchor)
{
    for (size_t i = 0; i < server->anchor_count; i++) {
        if (memcmp(&server->anchors[i], anchor, sizeof(*anchor)) == 0)
            return true;
    }
    return false;
}

enum handshake tls_server_judge_again(const struct tls_server *server, const struct peer *peer,
                                      int64_t now_ms)
{
    enum handshake result = peer_judge_again(peer, NULL, now_ms);

    if (result == HANDSHAKE_OK && !trusts(server, &peer->anchor))
        result = HANDSHAKE_UNTRUSTED;
    if (result == HANDSHAKE_OK && server->crls != NULL)
        result = crl_set_judge_again(server->crls, peer, now_ms);
    return result;
}

int64_t tls_server_crl_due_ms(const struct tls_server *server)
{
    return server->crls == NULL ? INT64_MAX : crl_set_due_ms(server->crls);
}

struct ssl_ctx_st *tls_server_context(const struct tls_server *server)
{
    return server->context;
}
