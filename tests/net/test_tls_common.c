#include "tls_scene.h"

#include <openssl/err.h>
#include <openssl/asn1.h>
#include <openssl/x509v3.h>

#include "net/tls_common.h"

/* RFC 9325, section 4.2: forward secrecy and authenticated encryption, and nothing else. */
static void only_suites_with_forward_secrecy_and_aead_are_offered(void **state)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    STACK_OF(SSL_CIPHER) *suites;
    (void)state;

    tls_context_harden(context);
    suites = SSL_CTX_get_ciphers(context);
    assert_int_equal(9, sk_SSL_CIPHER_num(suites));
    for (int i = 0; i < sk_SSL_CIPHER_num(suites); i++) {
        const SSL_CIPHER *suite = sk_SSL_CIPHER_value(suites, i);
        int exchange = SSL_CIPHER_get_kx_nid(suite);
        assert_int_equal(1, SSL_CIPHER_is_aead(suite));
        assert_true(exchange == NID_kx_ecdhe || exchange == NID_kx_any);
    }
    SSL_CTX_free(context);
}

static void nothing_older_than_1_2_no_renegotiation_no_compression(void **state)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    uint64_t options;
    (void)state;

    tls_context_harden(context);
    options = SSL_CTX_get_options(context);
    assert_int_equal(TLS1_2_VERSION, SSL_CTX_get_min_proto_version(context));
    assert_true((options & SSL_OP_NO_RENEGOTIATION) != 0);
    assert_true((options & SSL_OP_NO_COMPRESSION) != 0);
    assert_true((options & SSL_OP_CLEANSE_PLAINTEXT) != 0);
    SSL_CTX_free(context);
}

static enum err identify(const struct temp *temp, const char *certificate, const char *key,
                         struct why *why)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    enum err err;

    tls_context_harden(context);
    err = tls_context_identify(context, temp_file(temp, certificate).text,
                               temp_file(temp, key).text, why);
    SSL_CTX_free(context);
    ERR_clear_error();
    return err;
}

static void a_key_must_be_its_certificates(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct why own = { 0 }, other = { 0 }, none = { 0 };
    (void)state;

    make_certificates(&temp);
    assert_err(OK, identify(&temp, "server.pem", "server.key", &own));
    assert_err(ERR_CERTIFICATE, identify(&temp, "server.pem", "client.key", &other));
    assert_non_null(strstr(other.text, "client.key: is not the key of "));
    assert_err(ERR_NOT_FOUND, identify(&temp, "none.pem", "server.key", &none));
}

static void verdicts_of_the_library_read_as_ours(void **state)
{
    static const struct {
        int verdict;
        enum handshake result;
    } rows[] = {
        { X509_V_OK, HANDSHAKE_OK },
        { X509_V_ERR_CERT_HAS_EXPIRED, HANDSHAKE_EXPIRED },
        { X509_V_ERR_CERT_NOT_YET_VALID, HANDSHAKE_NOT_YET_VALID },
        { X509_V_ERR_CERT_CHAIN_TOO_LONG, HANDSHAKE_TOO_DEEP },
        { X509_V_ERR_EE_KEY_TOO_SMALL, HANDSHAKE_WEAK_KEY },
        { X509_V_ERR_CA_MD_TOO_WEAK, HANDSHAKE_WEAK_SIGNATURE },
        { X509_V_ERR_INVALID_PURPOSE, HANDSHAKE_WRONG_USAGE },
        { X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, HANDSHAKE_EXTENSION },
        { X509_V_ERR_EXCLUDED_VIOLATION, HANDSHAKE_EXTENSION },
        { X509_V_ERR_INVALID_EXTENSION, HANDSHAKE_MALFORMED },
        { X509_V_ERR_OUT_OF_MEM, HANDSHAKE_INTERNAL },
        { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, HANDSHAKE_UNTRUSTED },
        { X509_V_ERR_CERT_SIGNATURE_FAILURE, HANDSHAKE_UNTRUSTED },
        { 9999, HANDSHAKE_UNTRUSTED }, /* what nobody knows is not believed */
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(rows[i].result, tls_verify_result(rows[i].verdict));
}

static void no_refusal_tells_the_peer_ok(void **state)
{
    (void)state;

    assert_int_equal(X509_V_OK, tls_verify_error(HANDSHAKE_OK));
    for (int i = 0; i < HANDSHAKE_COUNT; i++)
        assert_true(i == HANDSHAKE_OK || tls_verify_error((enum handshake)i) != X509_V_OK);
    assert_int_equal(X509_V_ERR_CERT_REVOKED, tls_verify_error(HANDSHAKE_REVOKED));
}

static void a_handshake_that_failed_says_why(void **state)
{
    (void)state;

    ERR_clear_error();
    assert_int_equal(HANDSHAKE_HUNG_UP, tls_handshake_result());
    ERR_raise(ERR_LIB_SSL, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE);
    assert_int_equal(HANDSHAKE_NO_CERTIFICATE, tls_handshake_result());
    ERR_clear_error();
    ERR_raise(ERR_LIB_SSL, SSL_R_WRONG_VERSION_NUMBER);
    assert_int_equal(HANDSHAKE_PROTOCOL, tls_handshake_result());
    ERR_clear_error();
    ERR_raise(ERR_LIB_ASN1, ASN1_R_WRONG_TAG);
    assert_int_equal(HANDSHAKE_MALFORMED, tls_handshake_result());
    ERR_clear_error();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_suites_with_forward_secrecy_and_aead_are_offered),
        cmocka_unit_test(nothing_older_than_1_2_no_renegotiation_no_compression),
        cmocka_unit_test(a_key_must_be_its_certificates),
        cmocka_unit_test(verdicts_of_the_library_read_as_ours),
        cmocka_unit_test(no_refusal_tells_the_peer_ok),
        cmocka_unit_test(a_handshake_that_failed_says_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
