#include "x509_make.h"

#include "net/certificate_id.h"

static bool same(struct certificate_id a, struct certificate_id b)
{
    return memcmp(&a, &b, sizeof(a)) == 0;
}

static struct certificate_id id_of(EVP_PKEY *key, const char *issuer, long serial)
{
    X509 *certificate = x509_make(key, &(struct x509_wish){ .subject = issuer, .serial = serial });
    struct certificate_id id = certificate_id_of(certificate);

    X509_free(certificate);
    return id;
}

static void issuer_and_serial_name_a_certificate(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-256");
    struct certificate_id id = id_of(key, "Test CA", 7);
    (void)state;

    assert_true(same(id, id_of(other, "Test CA", 7))); /* whatever else is in it */
    assert_false(same(id, id_of(key, "Test CA", 8)));
    assert_false(same(id, id_of(key, "Test CB", 7)));
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
}

static struct certificate_id exact_id_of(EVP_PKEY *key)
{
    X509 *certificate = x509_make(key, &(struct x509_wish){ .subject = "Test CA", .serial = 7 });
    struct certificate_id id = certificate_id_exact(certificate);

    X509_free(certificate);
    return id;
}

static void another_key_under_the_same_name_and_number_is_exactly_another(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-256");
    X509 *certificate = x509_make(key, &(struct x509_wish){ .subject = "Test CA", .serial = 7 });
    (void)state;

    assert_true(same(certificate_id_exact(certificate), certificate_id_exact(certificate)));
    assert_false(same(exact_id_of(key), exact_id_of(other)));
    X509_free(certificate);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
}

/* RFC 5280, section 7.1: names are compared without regard to case and string type. */
static void another_spelling_of_the_issuer_hides_nothing(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509_NAME *printable = X509_NAME_new();
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    struct certificate_id id = id_of(key, "Test CA", 7);
    (void)state;

    assert_true(same(id, id_of(key, "TEST ca", 7)));
    assert_true(same(id, id_of(key, " Test  CA", 7)));
    assert_int_equal(1,
                     X509_NAME_add_entry_by_NID(printable, NID_commonName, V_ASN1_PRINTABLESTRING,
                                                (const unsigned char *)"Test CA", -1, -1, 0));
    assert_int_equal(1, ASN1_INTEGER_set(serial, 7));
    assert_true(same(id, certificate_id_from(printable, serial)));
    X509_NAME_free(printable);
    ASN1_INTEGER_free(serial);
    EVP_PKEY_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issuer_and_serial_name_a_certificate),
        cmocka_unit_test(another_key_under_the_same_name_and_number_is_exactly_another),
        cmocka_unit_test(another_spelling_of_the_issuer_hides_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
