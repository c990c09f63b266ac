/*
 * Certificates and revocation lists as OpenSSL's own objects, for tests that look inside.
 */
#ifndef PANGATE_TESTS_NET_X509_MAKE_H
#define PANGATE_TESTS_NET_X509_MAKE_H

#include "test.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

struct x509_wish {
    const char *subject; /* common name */
    long serial;
    int nid; /* of one extension; 0: none */
    const char *value;
};

static inline void x509_name_set(X509_NAME *name, const char *common_name)
{
    assert_int_equal(1, X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                                   (const unsigned char *)common_name, -1, -1, 0));
}

static inline void x509_extend(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension;
    X509V3_CTX context;

    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_nconf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    assert_int_equal(1, X509_add_ext(certificate, extension, -1));
    X509_EXTENSION_free(extension);
}

/* Issued by itself, signed with the key, valid for a day. */
static inline X509 *x509_make(EVP_PKEY *key, const struct x509_wish *wish)
{
    X509 *made = X509_new();

    assert_non_null(made);
    assert_int_equal(1, X509_set_version(made, 2));
    assert_int_equal(1, ASN1_INTEGER_set(X509_get_serialNumber(made), wish->serial));
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(made), -60));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(made), 86400));
    x509_name_set(X509_get_subject_name(made), wish->subject);
    assert_int_equal(1, X509_set_issuer_name(made, X509_get_subject_name(made)));
    assert_int_equal(1, X509_set_pubkey(made, key));
    if (wish->nid != 0)
        x509_extend(made, wish->nid, wish->value);
    assert_true(X509_sign(made, key, EVP_sha256()) > 0);
    return made;
}

/* A list of an issuer: what it revokes, how old it is, when the next one is due. */
struct crl_wish {
    const char *issuer;
    long number, revoked; /* a serial number; 0: none */
    long age_s, due_s;    /* 0: it does not say when the next is due */
    int nid;              /* of a further extension */
    const char *value;
};

static inline void crl_revoke(X509_CRL *list, long serial)
{
    X509_REVOKED *revoked = X509_REVOKED_new();
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    ASN1_TIME *time = X509_gmtime_adj(NULL, -10);

    assert_int_equal(1, ASN1_INTEGER_set(number, serial));
    assert_int_equal(1, X509_REVOKED_set_serialNumber(revoked, number));
    assert_int_equal(1, X509_REVOKED_set_revocationDate(revoked, time));
    assert_int_equal(1, X509_CRL_add0_revoked(list, revoked));
    ASN1_INTEGER_free(number);
    ASN1_TIME_free(time);
}

static inline void crl_set_times(X509_CRL *list, const struct crl_wish *wish)
{
    ASN1_TIME *update = X509_gmtime_adj(NULL, -wish->age_s);
    ASN1_TIME *next = X509_gmtime_adj(NULL, wish->due_s);

    assert_int_equal(1, X509_CRL_set1_lastUpdate(list, update));
    if (wish->due_s != 0)
        assert_int_equal(1, X509_CRL_set1_nextUpdate(list, next));
    ASN1_TIME_free(update);
    ASN1_TIME_free(next);
}

static inline void crl_set_number(X509_CRL *list, long number)
{
    ASN1_INTEGER *value = ASN1_INTEGER_new();

    assert_int_equal(1, ASN1_INTEGER_set(value, number));
    assert_int_equal(1, X509_CRL_add1_ext_i2d(list, NID_crl_number, value, 0, 0));
    ASN1_INTEGER_free(value);
}

static inline X509_CRL *crl_make(EVP_PKEY *key, const struct crl_wish *wish)
{
    X509_CRL *list = X509_CRL_new();
    X509_NAME *issuer = X509_NAME_new();
    X509_EXTENSION *extension;

    assert_int_equal(1, X509_CRL_set_version(list, 1));
    x509_name_set(issuer, wish->issuer);
    assert_int_equal(1, X509_CRL_set_issuer_name(list, issuer));
    X509_NAME_free(issuer);
    crl_set_times(list, wish);
    crl_set_number(list, wish->number);
    if (wish->revoked != 0)
        crl_revoke(list, wish->revoked);
    if (wish->nid != 0) {
        extension = X509V3_EXT_nconf_nid(NULL, NULL, wish->nid, wish->value);
        assert_non_null(extension);
        assert_int_equal(1, X509_CRL_add_ext(list, extension, -1));
        X509_EXTENSION_free(extension);
    }
    assert_true(X509_CRL_sign(list, key, EVP_sha256()) > 0);
    return list;
}

static inline struct temp_path crl_write(const struct temp *temp, X509_CRL *const *lists,
                                         size_t count)
{
    struct temp_path path = temp_file(temp, "lists.pem");
    FILE *file = fopen(path.text, "we");

    assert_non_null(file);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(1, PEM_write_X509_CRL(file, lists[i]));
    assert_int_equal(0, fclose(file));
    return path;
}

#endif
