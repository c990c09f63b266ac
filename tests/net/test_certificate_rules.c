#include "test.h"

#include <openssl/x509v3.h>

#include "net/certificate_rules.h"
#include "net/server_name.h"

static void add_extension(X509V3_CTX *context, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, context, nid, value);

    assert_non_null(extension);
    assert_int_equal(1, X509_add_ext(context->subject_cert, extension, -1));
    X509_EXTENSION_free(extension);
}

/* A certificate of the test's own making, judged without a chain. */
static X509 *make(EVP_PKEY *key, const char *names)
{
    X509 *made = X509_new();
    X509V3_CTX context;

    assert_non_null(made);
    assert_int_equal(1, X509_set_version(made, 2));
    assert_int_equal(1, ASN1_INTEGER_set(X509_get_serialNumber(made), 7));
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(made), -60));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(made), 60));
    assert_int_equal(1, X509_set_pubkey(made, key));
    X509V3_set_ctx(&context, made, made, NULL, NULL, 0);
    add_extension(&context, NID_ext_key_usage, "clientAuth,serverAuth");
    add_extension(&context, NID_subject_alt_name, names);
    return made;
}

static enum handshake judge(X509 *made, EVP_PKEY *key, enum certificate_place place)
{
    enum handshake result;

    assert_true(X509_sign(made, key, EVP_sha256()) > 0);
    result = certificate_judge(made, place);
    X509_free(made);
    return result;
}

static void a_plain_certificate_passes_as_client_and_as_server(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");

    (void)state;
    assert_int_equal(HANDSHAKE_OK, judge(make(key, "DNS:a.example"), key, PLACE_CLIENT));
    assert_int_equal(HANDSHAKE_OK, judge(make(key, "DNS:a.example"), key, PLACE_SERVER));
    EVP_PKEY_free(key);
}

static void an_extension_twice_is_malformed_even_if_nobody_knows_it(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *made = make(key, "DNS:a.example");
    X509_EXTENSION *unknown = X509V3_EXT_nconf(NULL, NULL, "1.3.6.1.4.1.99.1", "DER:0500");

    (void)state;
    assert_non_null(unknown);
    assert_int_equal(1, X509_add_ext(made, unknown, -1));
    assert_int_equal(1, X509_add_ext(made, unknown, -1));
    X509_EXTENSION_free(unknown);
    assert_int_equal(HANDSHAKE_MALFORMED, judge(made, key, PLACE_CLIENT));
    EVP_PKEY_free(key);
}

static void a_version_before_3_is_malformed(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *made = make(key, "DNS:a.example");

    (void)state;
    assert_int_equal(1, X509_set_version(made, 1));
    assert_int_equal(HANDSHAKE_MALFORMED, judge(made, key, PLACE_CLIENT));
    EVP_PKEY_free(key);
}

static void a_curve_that_is_spelled_out_is_weak(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");

    (void)state;
    assert_int_equal(1, EVP_PKEY_set_utf8_string_param(key, "encoding", "explicit"));
    assert_int_equal(HANDSHAKE_WEAK_KEY, judge(make(key, "DNS:a.example"), key, PLACE_CLIENT));
    EVP_PKEY_free(key);
}

static void a_star_is_a_name_of_servers_only_and_only_at_the_front(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");

    (void)state;
    assert_int_equal(HANDSHAKE_OK, judge(make(key, "DNS:*.a.example"), key, PLACE_SERVER));
    assert_int_equal(HANDSHAKE_BAD_NAME, judge(make(key, "DNS:*.a.example"), key, PLACE_CLIENT));
    assert_int_equal(HANDSHAKE_BAD_NAME, judge(make(key, "DNS:b*.example"), key, PLACE_SERVER));
    assert_int_equal(HANDSHAKE_BAD_NAME, judge(make(key, "DNS:a.*.example"), key, PLACE_SERVER));
    assert_int_equal(HANDSHAKE_BAD_NAME, judge(make(key, "DNS:*"), key, PLACE_SERVER));
    EVP_PKEY_free(key);
}

/* RFC 9525, sections 6.3 and 6.5. */
static void a_server_is_known_by_its_alternative_names_alone(void **state)
{
    static const struct {
        const char *names, *host;
        bool matches;
    } rows[] = {
        { "DNS:a.example", "a.example", true },
        { "DNS:A.Example", "a.eXample", true },
        { "DNS:a.example", "b.a.example", false },
        { "DNS:a.example", "a.example.", false },
        { "DNS:*.a.example", "b.a.example", true },
        { "DNS:*.a.example", "a.example", false },
        { "DNS:*.a.example", "c.b.a.example", false },
        { "DNS:*.a.example", ".a.example", false },
        { "DNS:*.a.example", "xa.example", false },
        { "DNS:x.example,DNS:a.example", "a.example", true },
        { "IP:192.0.2.1", "192.0.2.1", true },
        { "IP:192.0.2.1", "192.0.2.2", false },
        { "DNS:192.0.2.1", "192.0.2.1", false },
        { "IP:2001:db8::1", "2001:db8:0::1", true },
        { "IP:2001:db8::1", "2001:db8::2", false },
        { "URI:https://a.example", "a.example", false },
        { "email:x@a.example", "a.example", false },
    };
    EVP_PKEY *key = EVP_EC_gen("P-256");

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        X509 *made = make(key, rows[i].names);

        if (server_name_matches(made, rows[i].host) != rows[i].matches)
            fail_msg("%s is %s", rows[i].host, rows[i].matches ? "refused" : "let in");
        X509_free(made);
    }
    EVP_PKEY_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_certificate_passes_as_client_and_as_server),
        cmocka_unit_test(an_extension_twice_is_malformed_even_if_nobody_knows_it),
        cmocka_unit_test(a_version_before_3_is_malformed),
        cmocka_unit_test(a_curve_that_is_spelled_out_is_weak),
        cmocka_unit_test(a_star_is_a_name_of_servers_only_and_only_at_the_front),
        cmocka_unit_test(a_server_is_known_by_its_alternative_names_alone),
    };

    return cmocka_run_group_tests_name("net.certificate_rules", tests, NULL, NULL);
}
