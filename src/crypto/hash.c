#include "crypto/hash.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/must.h"
#include "base/secret.h"
#include "crypto/library.h"

struct hash {
    EVP_MD_CTX *context;
};

static void md_free(EVP_MD **md)
{
    EVP_MD_free(*md);
}

static enum err hash_set_up(struct hash *hash)
{
    EVP_MD *sha256 AUTO(md_free) = EVP_MD_fetch(NULL, "SHA256", NULL);

    hash->context = EVP_MD_CTX_new();
    if (sha256 == NULL || hash->context == NULL)
        return crypto_err(0);
    return crypto_err(EVP_DigestInit_ex2(hash->context, sha256, NULL));
}

enum err hash_new(struct hash **ret_hash)
{
    struct hash *hash = wiping_malloc(sizeof(*hash));

    if (hash == NULL)
        return ERR_MEMORY;
    if (hash_set_up(hash) != OK) {
        hash_free(hash);
        return ERR_CRYPTO;
    }
    *ret_hash = hash;
    return OK;
}

void hash_free(struct hash *hash)
{
    if (hash == NULL)
        return;
    EVP_MD_CTX_free(hash->context);
    wiping_free(hash);
}

void hash_begin(struct hash *hash)
{
    must(EVP_DigestInit_ex2(hash->context, NULL, NULL) == 1);
}

void hash_add(struct hash *hash, struct bytes text)
{
    must(EVP_DigestUpdate(hash->context, text.data, text.size) == 1);
}

void hash_end(struct hash *hash, uint8_t ret_hash[HASH_SIZE])
{
    must(EVP_DigestFinal_ex(hash->context, ret_hash, NULL) == 1);
}

void hash_of(struct hash *hash, struct bytes text, uint8_t ret_hash[HASH_SIZE])
{
    hash_begin(hash);
    hash_add(hash, text);
    hash_end(hash, ret_hash);
}

void hash_sha256(struct bytes text, uint8_t ret_hash[HASH_SIZE])
{
    must(SHA256(text.data, text.size, ret_hash) != NULL);
}
