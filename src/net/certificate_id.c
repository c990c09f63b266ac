#include "net/certificate_id.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/must.h"

struct certificate_id certificate_id_from(const X509_NAME *issuer, const ASN1_INTEGER *serial)
{
    struct certificate_id id;
    unsigned char hash[EVP_MAX_MD_SIZE];
    int ok = 0;
    const unsigned long name = X509_NAME_hash_ex(issuer, NULL, NULL, &ok);
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    must(ok == 1 && context != NULL);
    must(EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1);
    must(EVP_DigestUpdate(context, &name, sizeof(name)) == 1);
    must(EVP_DigestUpdate(context, ASN1_STRING_get0_data(serial),
                          (size_t)ASN1_STRING_length(serial)) == 1);
    must(EVP_DigestFinal_ex(context, hash, NULL) == 1);
    EVP_MD_CTX_free(context);
    memcpy(id.bytes, hash, sizeof(id.bytes));
    return id;
}

struct certificate_id certificate_id_exact(const X509 *certificate)
{
    struct certificate_id id;
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    must(X509_digest(certificate, EVP_sha256(), hash, &size) == 1 && size >= sizeof(id.bytes));
    memcpy(id.bytes, hash, sizeof(id.bytes));
    return id;
}

struct certificate_id certificate_id_of(const X509 *certificate)
{
    return certificate_id_from(X509_get_issuer_name(certificate),
                               X509_get0_serialNumber(certificate));
}
