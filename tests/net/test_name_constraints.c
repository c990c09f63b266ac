#include "x509_make.h"

#include "net/name_constraints.h"

static X509 *constrained(const char *value)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate =
        x509_make(key, &(struct x509_wish){ "Test CA", 1, NID_name_constraints, value });

    EVP_PKEY_free(key);
    return certificate;
}

static bool is_sound(const char *value)
{
    X509 *certificate = constrained(value);
    const ASN1_OCTET_STRING *data = X509_EXTENSION_get_data(X509_get_ext(certificate, 0));
    bool sound = name_constraints_are_sound(
        bytes_of(ASN1_STRING_get0_data(data), (size_t)ASN1_STRING_length(data)));

    X509_free(certificate);
    return sound;
}

/* RFC 5280, section 4.2.1.10: a DNS constraint is a name; only URIs have the dot before it. */
static void a_dns_constraint_has_no_dot_before_it(void **state)
{
    (void)state;

    assert_true(is_sound("permitted;DNS:example.com"));
    assert_true(is_sound("excluded;DNS:example.com"));
    assert_true(is_sound("permitted;URI:.example.com"));
    assert_true(is_sound("permitted;DNS:a.example,excluded;DNS:b.example"));
    assert_false(is_sound("permitted;DNS:.example.com"));
    assert_false(is_sound("excluded;DNS:.example.com"));
    assert_false(is_sound("permitted;DNS:a.example,excluded;DNS:.b.example"));
}

static void what_is_no_list_of_constraints_is_not_sound(void **state)
{
    static const struct bytes texts[] = {
        bytes_lit(""),
        bytes_lit("\x30"),
        bytes_lit("\x04\x00"),
        bytes_lit("\x30\x02\xA0\x00"),         /* an empty list of permitted names */
        bytes_lit("\x30\x04\xA2\x02\x30\x00"), /* a third kind of list */
        bytes_lit("\x30\x04\xA0\x02\x04\x00"), /* a subtree that is no SEQUENCE */
        bytes_lit("\x30\x04\xA0\x02\x30\x00"), /* one without a base */
    };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(name_constraints_are_sound(texts[i]));
}

static bool excludes(const char *value, const char *wildcard)
{
    X509 *certificate = constrained(value);
    bool some = name_constraints_exclude_some(certificate, bytes_str(wildcard));

    X509_free(certificate);
    return some;
}

static void a_star_stands_for_excluded_names_too(void **state)
{
    (void)state;

    assert_true(excludes("excluded;DNS:bad.example.com", "*.example.com"));
    assert_true(excludes("excluded;DNS:BAD.example.COM", "*.Example.com"));
    assert_true(excludes("excluded;DNS:a.bad.example.com", "*.example.com"));
    assert_true(excludes("excluded;DNS:x.org,excluded;DNS:bad.example.com", "*.example.com"));
    assert_false(excludes("excluded;DNS:bad.example.org", "*.example.com"));
    assert_false(excludes("excluded;DNS:badexample.com", "*.example.com"));
    assert_false(excludes("permitted;DNS:bad.example.com", "*.example.com"));
}

static void without_constraints_nothing_is_excluded(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = x509_make(key, &(struct x509_wish){ .subject = "Test CA", .serial = 1 });
    (void)state;

    assert_false(name_constraints_exclude_some(certificate, bytes_lit("*.example.com")));
    X509_free(certificate);
    EVP_PKEY_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dns_constraint_has_no_dot_before_it),
        cmocka_unit_test(what_is_no_list_of_constraints_is_not_sound),
        cmocka_unit_test(a_star_stands_for_excluded_names_too),
        cmocka_unit_test(without_constraints_nothing_is_excluded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
