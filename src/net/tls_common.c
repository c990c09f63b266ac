#include "net/tls_common.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/must.h"
#include "net/pem.h"

/* Suites of TLS 1.3 (RFC 8446) and of TLS 1.2 (RFC 5289, RFC 7905), the cheapest first. */
static const char suites_1_3[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
static const char suites_1_2[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
static const char groups[] = "X25519:P-256:P-384:P-521";
static const char signatures[] =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"
    "rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:RSA+SHA256:RSA+SHA384:RSA+SHA512";

void tls_context_harden(SSL_CTX *context)
{
    must(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1);
    must(SSL_CTX_set_ciphersuites(context, suites_1_3) == 1);
    must(SSL_CTX_set_cipher_list(context, suites_1_2) == 1);
    must(SSL_CTX_set1_groups_list(context, groups) == 1);
    must(SSL_CTX_set1_sigalgs_list(context, signatures) == 1);
    must(SSL_CTX_set1_client_sigalgs_list(context, signatures) == 1);
    SSL_CTX_set_security_level(context, 2);
    /* A peer that closes without saying so is told apart by the framing of what it sent, and where
     * that has no end of its own by transport_was_cut(). */
    (void)SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                           SSL_OP_CIPHER_SERVER_PREFERENCE |
                                           SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_IGNORE_UNEXPECTED_EOF);
    (void)SSL_CTX_set_mode(context,
                           SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    /* A record without data is one step of work, so that a flood of them starves nobody. */
    (void)SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_read_ahead(context, 1);
}

static enum err context_use_certificates(SSL_CTX *context, const char *path, struct why *why)
{
    STACK_OF(X509) *chain;
    X509 *leaf;
    bool used;

    TRY(pem_certificates(path, why, &chain));
    leaf = sk_X509_shift(chain);
    used = SSL_CTX_use_certificate(context, leaf) == 1 && SSL_CTX_set1_chain(context, chain) == 1;
    X509_free(leaf);
    sk_X509_pop_free(chain, X509_free);
    return used ? OK
                : why_say(why, ERR_CERTIFICATE,
                          "%s: the certificate's key or signature is too weak, or its chain broken",
                          path);
}

enum err tls_context_identify(SSL_CTX *context, const char *certificate, const char *key,
                              struct why *why)
{
    EVP_PKEY *pkey;
    bool matches;

    TRY(context_use_certificates(context, certificate, why));
    TRY(pem_key(key, why, &pkey));
    matches = SSL_CTX_use_PrivateKey(context, pkey) == 1 && SSL_CTX_check_private_key(context) == 1;
    EVP_PKEY_free(pkey);
    return matches ? OK
                   : why_say(why, ERR_CERTIFICATE, "%s: is not the key of %s", key, certificate);
}

/* Reading a session without a certificate into the one in use frees what that one held, and its
 * secret, which only another ticket would need. */
static void session_forget_leaf(SSL_SESSION *session)
{
    SSL_SESSION *bare = SSL_SESSION_new();
    unsigned char *text = NULL;
    const unsigned char *at;
    int size = 0;

    if (bare != NULL &&
        SSL_SESSION_set_protocol_version(bare, SSL_SESSION_get_protocol_version(session)) == 1 &&
        SSL_SESSION_set_cipher(bare, SSL_SESSION_get0_cipher(session)) == 1)
        size = i2d_SSL_SESSION(bare, &text);
    at = text;
    if (size > 0)
        (void)d2i_SSL_SESSION(&session, &at, size);
    OPENSSL_free(text);
    SSL_SESSION_free(bare);
}

void tls_forget_certificates(SSL *ssl)
{
    STACK_OF(X509) *others = SSL_get_peer_cert_chain(ssl);

    while (sk_X509_num(others) > 0)
        X509_free(sk_X509_pop(others));
    session_forget_leaf(SSL_get_session(ssl));
}

enum handshake tls_handshake_result(void)
{
    const unsigned long error = ERR_peek_error();

    if (error == 0 || ERR_GET_LIB(error) == ERR_LIB_SYS)
        return HANDSHAKE_HUNG_UP;
    if (ERR_GET_LIB(error) != ERR_LIB_SSL)
        return HANDSHAKE_MALFORMED; /* a certificate that cannot even be read */
    switch (ERR_GET_REASON(error)) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return HANDSHAKE_NO_CERTIFICATE;
    case SSL_R_EXCESSIVE_MESSAGE_SIZE: return HANDSHAKE_OVERSIZED;
    case SSL_R_CERT_LENGTH_MISMATCH: return HANDSHAKE_MALFORMED;
    case ERR_R_MALLOC_FAILURE: return HANDSHAKE_INTERNAL;
    default: return HANDSHAKE_PROTOCOL;
    }
}

enum handshake tls_verify_result(int verify_error)
{
    switch (verify_error) {
    case X509_V_OK: return HANDSHAKE_OK;
    case X509_V_ERR_CERT_HAS_EXPIRED: return HANDSHAKE_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID: return HANDSHAKE_NOT_YET_VALID;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG: return HANDSHAKE_TOO_DEEP;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_EC_KEY_EXPLICIT_PARAMS: return HANDSHAKE_WEAK_KEY;
    case X509_V_ERR_CA_MD_TOO_WEAK: return HANDSHAKE_WEAK_SIGNATURE;
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN: return HANDSHAKE_WRONG_USAGE;
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
    case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX: return HANDSHAKE_EXTENSION;
    case X509_V_ERR_INVALID_EXTENSION:
    case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
    case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD: return HANDSHAKE_MALFORMED;
    case X509_V_ERR_OUT_OF_MEM: return HANDSHAKE_INTERNAL;
    default: return HANDSHAKE_UNTRUSTED;
    }
}

int tls_verify_error(enum handshake result)
{
    switch ((int)result) {
    case HANDSHAKE_OK: return X509_V_OK;
    case HANDSHAKE_UNTRUSTED:
    case HANDSHAKE_TOO_DEEP: return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT;
    case HANDSHAKE_EXPIRED: return X509_V_ERR_CERT_HAS_EXPIRED;
    case HANDSHAKE_REVOKED: return X509_V_ERR_CERT_REVOKED;
    case HANDSHAKE_WRONG_USAGE: return X509_V_ERR_INVALID_PURPOSE;
    case HANDSHAKE_INTERNAL: return X509_V_ERR_OUT_OF_MEM;
    default: return X509_V_ERR_CERT_REJECTED;
    }
}
