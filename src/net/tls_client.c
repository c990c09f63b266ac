#include "net/tls_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "net/certificate_rules.h"
#include "net/crl.h"
#include "net/name_constraints.h"
#include "net/pem.h"
#include "net/server_name.h"
#include "net/tls_common.h"

enum { CHAIN_MESSAGE_MAX = 8 * PEER_CERTIFICATE_SIZE_MAX, SESSION_SECONDS = 60 * 60 };

struct tls_client {
    SSL_CTX *context;
    char *host;
    uint8_t pins[TLS_PINS_MAX][TLS_PIN_SIZE];
    size_t pin_count;
    bool has_ca;
    struct crl_set *crls; /* NULL: no revocation */
    pthread_mutex_t lock;
    SSL_SESSION *session; /* the last that the other side gave; guarded by lock */
    atomic_uint holders;
};

unsigned long tls_client_verify_flags(void)
{
    return X509_V_FLAG_X509_STRICT | X509_V_FLAG_PARTIAL_CHAIN; /* what is configured is trusted */
}

static enum handshake judge_certificates(const STACK_OF(X509) *chain)
{
    const int last = sk_X509_num(chain) - 1;
    enum handshake result = certificate_judge(sk_X509_value(chain, 0), PLACE_SERVER);

    for (int i = 1; i <= last && result == HANDSHAKE_OK; i++)
        result = certificate_judge(sk_X509_value(chain, i), i == last ? PLACE_ROOT : PLACE_BETWEEN);
    return result;
}

/* A name with a star stands for many: none of them may be excluded by who signed it. */
static bool excludes_wildcards(const STACK_OF(X509) *chain)
{
    struct bytes name;
    uint8_t tag;

    for (unsigned i = 0; certificate_name(sk_X509_value(chain, 0), i, &tag, &name); i++)
        for (int j = 1; bytes_start_with(name, bytes_lit("*.")) && j < sk_X509_num(chain); j++)
            if (name_constraints_exclude_some(sk_X509_value(chain, j), name))
                return true;
    return false;
}

enum handshake tls_client_judge(X509_STORE_CTX *store, const char *host)
{
    const STACK_OF(X509) *chain;
    enum handshake result;

    if (X509_verify_cert(store) != 1)
        return tls_verify_result(X509_STORE_CTX_get_error(store));
    chain = X509_STORE_CTX_get0_chain(store);
    result = judge_certificates(chain);
    if (result == HANDSHAKE_OK && excludes_wildcards(chain))
        result = HANDSHAKE_EXTENSION;
    if (result == HANDSHAKE_OK && !server_name_matches(sk_X509_value(chain, 0), host))
        result = HANDSHAKE_NO_IDENTITY;
    return result;
}

static bool is_pinned(const struct tls_client *client, const X509 *leaf)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned char *info = NULL;
    int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &info);
    bool found = false;

    if (size <= 0 || EVP_Digest(info, (size_t)size, digest, NULL, EVP_sha256(), NULL) != 1)
        size = 0;
    OPENSSL_free(info);
    for (size_t i = 0; i < client->pin_count && size > 0; i++)
        found |= memcmp(client->pins[i], digest, TLS_PIN_SIZE) == 0;
    return found;
}

/* A leaf that is pinned is its own issuer, where no other is configured. */
static enum handshake judge_pinned(const struct tls_client *client, X509_STORE_CTX *store)
{
    STACK_OF(X509) *trusted = sk_X509_new_null();
    enum handshake result = HANDSHAKE_INTERNAL;

    if (trusted != NULL && sk_X509_push(trusted, X509_STORE_CTX_get0_cert(store)) > 0) {
        X509_STORE_CTX_set0_trusted_stack(store, trusted);
        result = tls_client_judge(store, client->host);
    }
    sk_X509_free(trusted);
    return result;
}

static enum handshake judge(const struct tls_client *client, X509_STORE_CTX *store)
{
    enum handshake result;

    if (client->pin_count > 0 && !is_pinned(client, X509_STORE_CTX_get0_cert(store)))
        return HANDSHAKE_UNTRUSTED;
    result = client->has_ca ? tls_client_judge(store, client->host) : judge_pinned(client, store);
    if (result == HANDSHAKE_OK && client->crls != NULL)
        result = crl_set_judge_now(client->crls, X509_STORE_CTX_get0_chain(store));
    return result;
}

static int on_verify(X509_STORE_CTX *store, void *argument)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls_visit *visit = SSL_get_app_data(ssl);

    (void)argument;
    visit->result = judge(visit->client, store);
    X509_STORE_CTX_set_error(store, tls_verify_error(visit->result));
    return visit->result == HANDSHAKE_OK;
}

/* Takes the reference that OpenSSL offers. */
static int on_session(SSL *ssl, SSL_SESSION *session)
{
    const struct tls_visit *visit = SSL_get_app_data(ssl);
    struct tls_client *client = visit->client;
    SSL_SESSION *before;

    must(pthread_mutex_lock(&client->lock) == 0);
    before = client->session;
    client->session = session;
    must(pthread_mutex_unlock(&client->lock) == 0);
    SSL_SESSION_free(before);
    return 1;
}

static void context_set_callbacks(SSL_CTX *context)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, on_verify, NULL);
    (void)SSL_CTX_set_session_cache_mode(context,
                                         SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, on_session);
    (void)SSL_CTX_set_timeout(context, SESSION_SECONDS);
    SSL_CTX_set_max_cert_list(context, CHAIN_MESSAGE_MAX);
}

static enum err client_set_trust(struct tls_client *client,
                                 const struct tls_client_options *options, struct why *why)
{
    X509_STORE *store = SSL_CTX_get_cert_store(client->context);
    STACK_OF(X509) *issuers;
    enum err err = OK;

    TRY(pem_certificates(options->ca, why, &issuers));
    for (int i = 0; i < sk_X509_num(issuers) && err == OK; i++) {
        if (X509_STORE_add_cert(store, sk_X509_value(issuers, i)) != 1)
            err = ERR_MEMORY;
    }
    if (err == OK && options->crl != NULL)
        err = crl_set_read(options->crl, issuers, why, &client->crls);
    sk_X509_pop_free(issuers, X509_free);
    return err;
}

static enum err client_build(struct tls_client *client, const struct tls_client_options *options,
                             struct why *why)
{
    client->context = SSL_CTX_new(TLS_client_method());
    client->host = strdup(options->host);
    if (client->context == NULL || client->host == NULL)
        return ERR_MEMORY;
    tls_context_harden(client->context);
    context_set_callbacks(client->context);
    must(X509_STORE_set_flags(SSL_CTX_get_cert_store(client->context), tls_client_verify_flags()) ==
         1);
    must(options->pin_count <= TLS_PINS_MAX && (options->ca != NULL || options->pin_count > 0));
    client->has_ca = options->ca != NULL;
    client->pin_count = options->pin_count;
    if (options->pin_count > 0)
        memcpy(client->pins, options->pins, options->pin_count * TLS_PIN_SIZE);
    if (client->has_ca)
        TRY(client_set_trust(client, options, why));
    if (options->certificate != NULL)
        TRY(tls_context_identify(client->context, options->certificate, options->key, why));
    return OK;
}

enum err tls_client_new(const struct tls_client_options *options, struct why *why,
                        struct tls_client **ret_client)
{
    struct tls_client *client = calloc(1, sizeof(*client));
    enum err err;

    if (client == NULL)
        return ERR_MEMORY;
    atomic_init(&client->holders, 1);
    must(pthread_mutex_init(&client->lock, NULL) == 0);
    err = client_build(client, options, why);
    ERR_clear_error();
    if (err != OK) {
        tls_client_release(client);
        return err;
    }
    *ret_client = client;
    return OK;
}

enum err tls_client_compare(const struct tls_client *client, const struct tls_client *before,
                            struct why *why)
{
    if (client->crls == NULL || before->crls == NULL)
        return OK;
    return crl_set_compare(client->crls, before->crls, why);
}

struct tls_client *tls_client_hold(struct tls_client *client)
{
    (void)atomic_fetch_add(&client->holders, 1);
    return client;
}

void tls_client_release(struct tls_client *client)
{
    if (client == NULL || atomic_fetch_sub(&client->holders, 1) > 1)
        return;
    SSL_SESSION_free(client->session);
    SSL_CTX_free(client->context);
    crl_set_free(client->crls);
    must(pthread_mutex_destroy(&client->lock) == 0);
    free(client->host);
    free(client);
}

bool tls_client_is_current(const struct tls_client *client)
{
    return client->crls == NULL || !crl_set_is_overdue(client->crls);
}

/* A session is offered once: two connections that show the same ticket can be linked by whoever
 * listens (RFC 8446, appendix C.4). */
static SSL_SESSION *client_take_session(struct tls_client *client)
{
    SSL_SESSION *session;

    must(pthread_mutex_lock(&client->lock) == 0);
    session = client->session;
    client->session = NULL;
    must(pthread_mutex_unlock(&client->lock) == 0);
    return session;
}

/* With an overdue list there is a full handshake, which says so. */
struct ssl_st *tls_client_begin(struct tls_visit *visit, int fd)
{
    struct tls_client *client = visit->client;
    SSL *ssl = SSL_new(client->context);
    SSL_SESSION *session;

    if (ssl == NULL)
        return NULL;
    session = client_take_session(client);
    if (SSL_set_app_data(ssl, visit) != 1 || SSL_set_fd(ssl, fd) != 1 ||
        (session != NULL && tls_client_is_current(client) && SSL_set_session(ssl, session) != 1) ||
        (!host_is_address(client->host) && SSL_set_tlsext_host_name(ssl, client->host) != 1)) {
        SSL_free(ssl);
        ssl = NULL;
    }
    SSL_SESSION_free(session);
    if (ssl != NULL)
        SSL_set_connect_state(ssl);
    return ssl;
}
