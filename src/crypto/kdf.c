#include "crypto/kdf.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "crypto/library.h"

static void kdf_free(EVP_KDF **kdf)
{
    EVP_KDF_free(*kdf);
}

static void kdf_context_free(EVP_KDF_CTX **context)
{
    EVP_KDF_CTX_free(*context);
}

/* OpenSSL takes a NULL for a parameter that is missing, and its parameters are not const. */
static OSSL_PARAM param_bytes(const char *name, struct bytes value)
{
    const void *data = value.size > 0 ? (const void *)value.data : name;

    return OSSL_PARAM_construct_octet_string(name, (void *)data, value.size);
}

enum err kdf_hkdf(const struct kdf_input *input, uint8_t *ret_key, size_t size)
{
    EVP_KDF *kdf AUTO(kdf_free) = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context AUTO(kdf_context_free) = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        param_bytes(OSSL_KDF_PARAM_KEY, input->secret),
        param_bytes(OSSL_KDF_PARAM_SALT, input->salt),
        param_bytes(OSSL_KDF_PARAM_INFO, input->info),
        OSSL_PARAM_construct_end(),
    };

    if (size == 0 || size > KDF_SIZE_MAX)
        return ERR_LIMIT;
    if (context == NULL)
        return crypto_err(0);
    return crypto_err(EVP_KDF_derive(context, ret_key, size, params));
}
