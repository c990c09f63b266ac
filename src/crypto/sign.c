#include "crypto/sign.h"

#include <openssl/evp.h>

#include "crypto/library.h"

static void pkey_free(EVP_PKEY **pkey)
{
    EVP_PKEY_free(*pkey);
}

static void signing_free(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

static EVP_PKEY *pkey_of_seed(const uint8_t *seed)
{
    return EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, seed, SIGN_SEED_SIZE);
}

enum err sign_public_key(const uint8_t seed[SIGN_SEED_SIZE], uint8_t ret_public[SIGN_PUBLIC_SIZE])
{
    EVP_PKEY *pkey AUTO(pkey_free) = pkey_of_seed(seed);
    size_t size = SIGN_PUBLIC_SIZE;

    if (pkey == NULL)
        return crypto_err(0);
    return crypto_err(EVP_PKEY_get_raw_public_key(pkey, ret_public, &size));
}

enum err sign_text(const uint8_t seed[SIGN_SEED_SIZE], struct bytes text,
                   uint8_t ret_signature[SIGN_SIGNATURE_SIZE])
{
    EVP_PKEY *pkey AUTO(pkey_free) = pkey_of_seed(seed);
    EVP_MD_CTX *context AUTO(signing_free) = EVP_MD_CTX_new();
    size_t size = SIGN_SIGNATURE_SIZE;

    if (pkey == NULL || context == NULL)
        return crypto_err(0);
    TRY(crypto_err(EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, pkey, NULL)));
    return crypto_err(EVP_DigestSign(context, ret_signature, &size, text.data, text.size));
}

enum err sign_verify(const uint8_t public_key[SIGN_PUBLIC_SIZE], struct bytes text,
                     const uint8_t signature[SIGN_SIGNATURE_SIZE])
{
    EVP_PKEY *pkey AUTO(pkey_free) =
        EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, public_key, SIGN_PUBLIC_SIZE);
    EVP_MD_CTX *context AUTO(signing_free) = EVP_MD_CTX_new();

    if (pkey == NULL || context == NULL)
        return crypto_err(0);
    TRY(crypto_err(EVP_DigestVerifyInit_ex(context, NULL, NULL, NULL, NULL, pkey, NULL)));
    if (crypto_err(
            EVP_DigestVerify(context, signature, SIGN_SIGNATURE_SIZE, text.data, text.size)) != OK)
        return ERR_FORGED;
    return OK;
}
