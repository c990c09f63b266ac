#include "x509_make.h"

#include "net/server_name.h"

/* RFC 9525, section 6.3 and 6.4: what is presented, what is asked for, and whether they match. */
static const struct {
    const char *names, *host;
    bool matches;
} rows[] = {
    { "DNS:psp.example", "psp.example", true },
    { "DNS:PSP.example", "psp.EXAMPLE", true },
    { "DNS:a.example,DNS:b.example", "b.example", true },
    { "DNS:psp.example", "www.psp.example", false },
    { "DNS:psp.example", "psp.example.", false },
    { "DNS:*.example", "psp.example", true },
    { "DNS:*.example", "a.psp.example", false },
    { "DNS:*.example", "example", false },
    { "DNS:*.example", ".example", false },
    { "DNS:p*.example", "psp.example", false }, /* a part of a label is no wildcard here */
    { "DNS:*", "localhost", false },
    { "IP:127.0.0.1", "127.0.0.1", true },
    { "IP:127.0.0.1", "127.0.0.2", false },
    { "IP:0:0:0:0:0:0:0:1", "::1", true },
    { "DNS:127.0.0.1", "127.0.0.1", false }, /* an address is not a name */
    { "IP:127.0.0.1", "localhost", false },
    { "URI:https://psp.example", "psp.example", false },
    { "email:psp@psp.example", "psp.example", false },
};

static void names_match_as_rfc_9525_says(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        X509 *certificate =
            x509_make(key, &(struct x509_wish){ "x", 1, NID_subject_alt_name, rows[i].names });
        print_message("%s %s\n", rows[i].names, rows[i].host);
        assert_int_equal(rows[i].matches, server_name_matches(certificate, rows[i].host));
        X509_free(certificate);
    }
    EVP_PKEY_free(key);
}

static void the_common_name_is_never_looked_at(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate =
        x509_make(key, &(struct x509_wish){ .subject = "psp.example", .serial = 1 });
    (void)state;

    assert_false(server_name_matches(certificate, "psp.example"));
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static void addresses_are_told_from_names(void **state)
{
    (void)state;

    assert_true(host_is_address("127.0.0.1"));
    assert_true(host_is_address("::1"));
    assert_false(host_is_address("localhost"));
    assert_false(host_is_address("127.0.0.1.example"));
    assert_false(host_is_address("[::1]"));
    assert_false(host_is_address(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_match_as_rfc_9525_says),
        cmocka_unit_test(the_common_name_is_never_looked_at),
        cmocka_unit_test(addresses_are_told_from_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
