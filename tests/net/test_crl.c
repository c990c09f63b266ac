#include "x509_make.h"

#include "base/clock.h"
#include "base/file.h"
#include "net/crl.h"

enum { DAY_S = 86400 };

/* An authority with a key, and a folder for its lists. */
struct office {
    struct temp temp;
    EVP_PKEY *key;
    X509 *ca;
    STACK_OF(X509) *issuers;
};

static int office_setup(void **state)
{
    struct office *office = calloc(1, sizeof(*office));

    assert_non_null(office);
    office->temp = temp_new();
    office->key = EVP_EC_gen("P-256");
    office->ca = x509_make(office->key, &(struct x509_wish){ "Test CA", 1, NID_key_usage,
                                                             "keyCertSign,cRLSign" });
    office->issuers = sk_X509_new_null();
    assert_true(sk_X509_push(office->issuers, office->ca) > 0);
    *state = office;
    return 0;
}

static int office_teardown(void **state)
{
    struct office *office = *state;

    sk_X509_free(office->issuers);
    X509_free(office->ca);
    EVP_PKEY_free(office->key);
    temp_done(&office->temp);
    free(office);
    return 0;
}

static struct crl_wish a_list(long number)
{
    return (struct crl_wish){ .issuer = "Test CA", .number = number, .age_s = 60, .due_s = DAY_S };
}

static enum err read_lists(struct office *office, const struct crl_wish *wishes, size_t count,
                           struct crl_set **ret_set)
{
    X509_CRL *lists[4];
    struct temp_path path;
    struct why why = { 0 };
    enum err err;

    for (size_t i = 0; i < count; i++)
        lists[i] = crl_make(office->key, &wishes[i]);
    path = crl_write(&office->temp, lists, count);
    for (size_t i = 0; i < count; i++)
        X509_CRL_free(lists[i]);
    err = crl_set_read(path.text, office->issuers, &why, ret_set);
    assert_int_equal(err == OK, why.text[0] == '\0');
    return err;
}

/* The verdict on a leaf of this serial number under the authority. */
static enum handshake judge(struct office *office, const struct crl_set *set, long serial,
                            int64_t now_ms)
{
    X509 *leaf =
        x509_make(office->key, &(struct x509_wish){ .subject = "Test CA", .serial = serial });
    STACK_OF(X509) *chain = sk_X509_new_null();
    enum handshake result;

    assert_true(sk_X509_push(chain, leaf) > 0 && sk_X509_push(chain, office->ca) > 0);
    result = crl_set_judge(set, chain, now_ms);
    sk_X509_free(chain);
    X509_free(leaf);
    return result;
}

static void who_stands_in_a_list_is_revoked(void **state)
{
    struct crl_wish wish = a_list(1);
    struct crl_set *set = NULL;

    wish.revoked = 17;
    assert_err(OK, read_lists(*state, &wish, 1, &set));
    assert_int_equal(HANDSHAKE_REVOKED, judge(*state, set, 17, clock_wall_ms()));
    assert_int_equal(HANDSHAKE_OK, judge(*state, set, 18, clock_wall_ms()));
    crl_set_free(set);
}

static void an_authority_that_stands_in_a_list_takes_all_with_it(void **state)
{
    struct crl_wish wish = a_list(1);
    struct crl_set *set = NULL;

    wish.revoked = 1; /* the authority's own */
    assert_err(OK, read_lists(*state, &wish, 1, &set));
    assert_int_equal(HANDSHAKE_REVOKED, judge(*state, set, 18, clock_wall_ms()));
    crl_set_free(set);
}

static void nobody_passes_an_overdue_list(void **state)
{
    struct crl_wish wish = a_list(1);
    struct crl_set *set = NULL;
    int64_t due_ms;

    assert_err(OK, read_lists(*state, &wish, 1, &set));
    due_ms = crl_set_due_ms(set);
    assert_in_range(due_ms, clock_wall_ms() + (DAY_S - 60) * INT64_C(1000),
                    clock_wall_ms() + (DAY_S + 60) * INT64_C(1000));
    assert_int_equal(HANDSHAKE_OK, judge(*state, set, 18, due_ms));
    assert_int_equal(HANDSHAKE_CRL_EXPIRED, judge(*state, set, 18, due_ms + 1));
    crl_set_free(set);
}

static void an_issuer_without_a_list_lets_nobody_in(void **state)
{
    struct crl_wish wish = a_list(1);
    struct crl_set *set = NULL;

    wish.issuer = "Another CA";
    assert_err(OK, read_lists(*state, &wish, 1, &set)); /* only clients may send that one */
    assert_int_equal(HANDSHAKE_CRL_MISSING, judge(*state, set, 18, clock_wall_ms()));
    crl_set_free(set);
}

static void of_two_lists_of_one_issuer_the_newer_counts(void **state)
{
    for (int newer = 0; newer < 2; newer++) {
        struct crl_wish wishes[2] = { a_list(5), a_list(5) };
        struct crl_set *set = NULL;
        wishes[newer].number = 6;
        wishes[newer].revoked = 17;
        wishes[1 - newer].revoked = 18;
        assert_err(OK, read_lists(*state, wishes, 2, &set));
        assert_int_equal(HANDSHAKE_REVOKED, judge(*state, set, 17, clock_wall_ms()));
        assert_int_equal(HANDSHAKE_OK, judge(*state, set, 18, clock_wall_ms()));
        crl_set_free(set);
    }
}

static void a_list_that_the_issuer_did_not_sign_is_forged(void **state)
{
    struct office *office = *state;
    struct crl_wish wish = a_list(1);
    struct crl_set *set = NULL;
    EVP_PKEY *own = office->key;

    office->key = EVP_EC_gen("P-256");
    assert_err(ERR_FORGED, read_lists(office, &wish, 1, &set));
    EVP_PKEY_free(office->key);
    office->key = own;
    assert_null(set);
}

static void what_is_no_complete_list_is_refused(void **state)
{
    struct crl_wish wishes[] = { a_list(1), a_list(1), a_list(1), a_list(1) };
    struct crl_set *set = NULL;

    wishes[0].due_s = 0;
    wishes[1].age_s = -3600; /* from the future */
    wishes[2].nid = NID_delta_crl;
    wishes[2].value = "DER:020101"; /* of list 1, and not even critical */
    wishes[3].nid = NID_issuing_distribution_point;
    wishes[3].value = "critical,DER:30038401FF"; /* indirect */
    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
        assert_err(ERR_CERTIFICATE, read_lists(*state, &wishes[i], 1, &set));
    assert_null(set);
}

static void a_file_without_lists_is_refused(void **state)
{
    struct office *office = *state;
    struct temp_path path = temp_file(&office->temp, "text.pem");
    struct crl_set *set = NULL;
    struct why missing = { 0 }, text = { 0 };

    assert_err(ERR_NOT_FOUND, crl_set_read(path.text, office->issuers, &missing, &set));
    assert_non_null(strstr(missing.text, "text.pem"));
    assert_err(OK, file_create(path.text, bytes_lit("text\n"), 0600));
    assert_err(ERR_CERTIFICATE, crl_set_read(path.text, office->issuers, &text, &set));
    assert_null(set);
    crl_set_free(NULL);
}

static void an_older_list_than_the_one_in_use_is_told(void **state)
{
    struct crl_wish older = a_list(5), newer = a_list(6);
    struct crl_set *first = NULL, *second = NULL;
    struct why back = { 0 }, again = { 0 }, on = { 0 };

    assert_err(OK, read_lists(*state, &newer, 1, &first));
    assert_err(OK, read_lists(*state, &older, 1, &second));
    assert_err(ERR_ROLLED_BACK, crl_set_compare(second, first, &back));
    assert_err(OK, crl_set_compare(first, second, &on));
    assert_err(OK, crl_set_compare(first, first, &again));
    crl_set_free(first);
    crl_set_free(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_stands_in_a_list_is_revoked),
        cmocka_unit_test(an_authority_that_stands_in_a_list_takes_all_with_it),
        cmocka_unit_test(nobody_passes_an_overdue_list),
        cmocka_unit_test(an_issuer_without_a_list_lets_nobody_in),
        cmocka_unit_test(of_two_lists_of_one_issuer_the_newer_counts),
        cmocka_unit_test(a_list_that_the_issuer_did_not_sign_is_forged),
        cmocka_unit_test(what_is_no_complete_list_is_refused),
        cmocka_unit_test(a_file_without_lists_is_refused),
        cmocka_unit_test(an_older_list_than_the_one_in_use_is_told),
    };

    return cmocka_run_group_tests(tests, office_setup, office_teardown);
}
