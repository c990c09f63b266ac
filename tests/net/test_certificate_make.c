#include "tls_scene.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

static X509 *read_back(const struct temp *temp, const char *file)
{
    FILE *stream = fopen(temp_file(temp, file).text, "re");
    X509 *certificate;

    assert_non_null(stream);
    certificate = PEM_read_X509(stream, NULL, NULL, NULL);
    assert_non_null(certificate);
    (void)fclose(stream);
    return certificate;
}

static void leaves_are_signed_by_their_authority(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    X509 *ca, *server;
    (void)state;

    make_certificates(&temp);
    ca = read_back(&temp, "ca.pem");
    server = read_back(&temp, "server.pem");
    assert_int_equal(1, X509_verify(server, X509_get0_pubkey(ca)));
    assert_int_equal(1, X509_verify(ca, X509_get0_pubkey(ca)));
    assert_int_equal(X509_V_OK, X509_check_issued(ca, server));
    assert_int_equal(1, X509_check_host(server, "localhost", 0, 0, NULL));
    assert_int_equal(1, X509_check_ip_asc(server, "127.0.0.1", 0));
    X509_free(ca);
    X509_free(server);
}

static void each_kind_may_what_it_is_for(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    X509 *ca, *server, *client;
    (void)state;

    make_certificates(&temp);
    ca = read_back(&temp, "ca.pem");
    server = read_back(&temp, "server.pem");
    client = read_back(&temp, "client.pem");
    assert_int_equal(1, X509_check_ca(ca));
    assert_int_equal(0, X509_check_ca(server));
    assert_int_equal(1, X509_check_purpose(server, X509_PURPOSE_SSL_SERVER, 0));
    assert_int_equal(0, X509_check_purpose(server, X509_PURPOSE_SSL_CLIENT, 0));
    assert_int_equal(1, X509_check_purpose(client, X509_PURPOSE_SSL_CLIENT, 0));
    assert_int_equal(0, X509_check_purpose(client, X509_PURPOSE_SSL_SERVER, 0));
    X509_free(ca);
    X509_free(server);
    X509_free(client);
}

static void serial_numbers_differ_and_are_positive(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    X509 *server, *client;
    (void)state;

    make_certificates(&temp);
    server = read_back(&temp, "server.pem");
    client = read_back(&temp, "client.pem");
    assert_true(ASN1_INTEGER_cmp(X509_get0_serialNumber(server), X509_get0_serialNumber(client)));
    assert_int_equal(V_ASN1_INTEGER, ASN1_STRING_type(X509_get0_serialNumber(server)));
    assert_true(ASN1_STRING_length(X509_get0_serialNumber(server)) >= 8);
    X509_free(server);
    X509_free(client);
}

static void a_key_is_its_owners_and_files_are_not_overwritten(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct certificate *ca;
    struct stat status;
    (void)state;

    ca = make_certificate(&temp, "ca", (struct certificate_options){ .kind = CERTIFICATE_CA });
    assert_int_equal(0, stat(temp_file(&temp, "ca.key").text, &status));
    assert_int_equal(0600, status.st_mode & 07777);
    assert_err(ERR_EXISTS, certificate_write(ca, temp_file(&temp, "ca.pem").text));
    assert_err(ERR_EXISTS, certificate_write_key(ca, temp_file(&temp, "ca.key").text));
    certificate_free(ca);
    certificate_free(NULL);
}

static void names_that_cannot_be_read_are_refused(void **state)
{
    const struct certificate_options options = { .kind = CERTIFICATE_SERVER,
                                                 .common_name = "x",
                                                 .names = "nonsense" };
    struct certificate *certificate = NULL;
    (void)state;

    assert_err(ERR_CONFIG, certificate_make(&options, &certificate));
    assert_null(certificate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_are_signed_by_their_authority),
        cmocka_unit_test(each_kind_may_what_it_is_for),
        cmocka_unit_test(serial_numbers_differ_and_are_positive),
        cmocka_unit_test(a_key_is_its_owners_and_files_are_not_overwritten),
        cmocka_unit_test(names_that_cannot_be_read_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
