#include "net/certificate_make.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/file.h"

enum { VERSION_3 = 2, SERIAL_BITS = 127 };

struct certificate {
    X509 *x509;
    EVP_PKEY *key;
};

void certificate_free(struct certificate *certificate)
{
    if (certificate == NULL)
        return;
    X509_free(certificate->x509);
    EVP_PKEY_free(certificate->key);
    free(certificate);
}

/* RFC 5280, section 4.1.2.2: positive; at least 64 random bits, as the CA/Browser Forum asks. */
static bool set_serial(X509 *x509)
{
    BIGNUM *number = BN_new();
    const bool set = number != NULL &&
                     BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
                     BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != NULL;

    BN_free(number);
    return set;
}

static bool set_subject(X509 *x509, const char *common_name)
{
    return X509_NAME_add_entry_by_NID(X509_get_subject_name(x509), NID_commonName, MBSTRING_UTF8,
                                      (const unsigned char *)common_name, -1, -1, 0) == 1;
}

static bool set_times(X509 *x509, const struct certificate_options *options)
{
    return ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)(options->not_before_ms / 1000)) &&
           ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)(options->not_after_ms / 1000));
}

static bool add_extension(X509V3_CTX *context, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, context, nid, value);
    const bool added = extension != NULL && X509_add_ext(context->subject_cert, extension, -1) == 1;

    X509_EXTENSION_free(extension);
    return added;
}

static bool add_usage(X509V3_CTX *context, const struct certificate_options *options)
{
    switch (options->kind) {
    case CERTIFICATE_CA:
        return add_extension(context, NID_basic_constraints,
                             options->issuer == NULL ? "critical,CA:TRUE"
                                                     : "critical,CA:TRUE,pathlen:0") &&
               add_extension(context, NID_key_usage, "critical,keyCertSign,cRLSign");
    case CERTIFICATE_SERVER:
        return add_extension(context, NID_basic_constraints, "critical,CA:FALSE") &&
               add_extension(context, NID_key_usage, "critical,digitalSignature") &&
               add_extension(context, NID_ext_key_usage, "serverAuth");
    case CERTIFICATE_CLIENT:
        return add_extension(context, NID_basic_constraints, "critical,CA:FALSE") &&
               add_extension(context, NID_key_usage, "critical,digitalSignature") &&
               add_extension(context, NID_ext_key_usage, "clientAuth");
    }
    return false;
}

static enum err add_extensions(X509 *x509, const X509 *issuer,
                               const struct certificate_options *options)
{
    X509V3_CTX context;

    X509V3_set_ctx(&context, (X509 *)issuer, x509, NULL, NULL, 0);
    if (!add_usage(&context, options) ||
        !add_extension(&context, NID_subject_key_identifier, "hash") ||
        !add_extension(&context, NID_authority_key_identifier, "keyid:always"))
        return ERR_TLS;
    if (options->names != NULL && !add_extension(&context, NID_subject_alt_name, options->names))
        return ERR_CONFIG;
    return OK;
}

static enum err certificate_build(struct certificate *certificate,
                                  const struct certificate_options *options)
{
    const struct certificate *issuer = options->issuer == NULL ? certificate : options->issuer;
    X509 *x509 = X509_new();

    certificate->x509 = x509;
    certificate->key = EVP_EC_gen("P-256");
    if (x509 == NULL || certificate->key == NULL || X509_set_version(x509, VERSION_3) != 1 ||
        !set_serial(x509) || !set_subject(x509, options->common_name) ||
        !set_times(x509, options) || X509_set_pubkey(x509, certificate->key) != 1 ||
        X509_set_issuer_name(x509, X509_get_subject_name(issuer->x509)) != 1)
        return ERR_TLS;
    TRY(add_extensions(x509, issuer->x509, options));
    return X509_sign(x509, issuer->key, EVP_sha256()) > 0 ? OK : ERR_TLS;
}

enum err certificate_make(const struct certificate_options *options,
                          struct certificate **ret_certificate)
{
    struct certificate *certificate = calloc(1, sizeof(*certificate));
    enum err err;

    if (certificate == NULL)
        return ERR_MEMORY;
    err = certificate_build(certificate, options);
    ERR_clear_error();
    if (err != OK) {
        certificate_free(certificate);
        return err;
    }
    *ret_certificate = certificate;
    return OK;
}

/* Freeing the BIO wipes what was written to it. */
static enum err write_file(BIO *text, const char *path, unsigned mode)
{
    char *data = NULL;
    const long size = BIO_get_mem_data(text, &data);

    if (size <= 0)
        return ERR_TLS;
    return file_create(path, bytes_of(data, (size_t)size), mode);
}

enum err certificate_write(const struct certificate *certificate, const char *path)
{
    BIO *text = BIO_new(BIO_s_mem());
    enum err err = ERR_TLS;

    if (text != NULL && PEM_write_bio_X509(text, certificate->x509) == 1)
        err = write_file(text, path, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
    BIO_free(text);
    return err;
}

enum err certificate_write_key(const struct certificate *certificate, const char *path)
{
    BIO *text = BIO_new(BIO_s_mem());
    enum err err = ERR_TLS;

    if (text != NULL &&
        PEM_write_bio_PrivateKey(text, certificate->key, NULL, NULL, 0, NULL, NULL) == 1)
        err = write_file(text, path, S_IRUSR | S_IWUSR);
    BIO_free(text);
    return err;
}
