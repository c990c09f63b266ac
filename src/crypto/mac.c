#include "crypto/mac.h"

#include <stdlib.h>
#include <openssl/evp.h>

#include "base/must.h"
#include "base/secret.h"
#include "crypto/library.h"

enum { BLOCK_SIZE = 64, INNER_PAD = 0x36, OUTER_PAD = 0x5c };

/* Copying a hash state costs 145 ns for a whole MAC; EVP_MAC does the same work in 230. */
struct mac {
    EVP_MD_CTX *inner; /* has seen the key with the inner pad */
    EVP_MD_CTX *outer; /* has seen the key with the outer pad */
    EVP_MD_CTX *running;
};

struct block { /* SECRET */
    uint8_t bytes[BLOCK_SIZE];
};

static void block_wipe(struct block *block)
{
    wipe(block, sizeof(*block));
}

static enum err pad_absorb(EVP_MD_CTX *context, const EVP_MD *md, const uint8_t *key, uint8_t pad)
{
    struct block block AUTO(block_wipe) = { 0 };

    for (size_t i = 0; i < BLOCK_SIZE; i++)
        block.bytes[i] = (uint8_t)((i < MAC_KEY_SIZE ? key[i] : 0) ^ pad);
    TRY(crypto_err(EVP_DigestInit_ex2(context, md, NULL)));
    return crypto_err(EVP_DigestUpdate(context, block.bytes, BLOCK_SIZE));
}

static void md_free(EVP_MD **md)
{
    EVP_MD_free(*md);
}

static enum err mac_set_up(struct mac *mac, const uint8_t *key)
{
    EVP_MD *sha256 AUTO(md_free) = EVP_MD_fetch(NULL, "SHA256", NULL);

    mac->inner = EVP_MD_CTX_new();
    mac->outer = EVP_MD_CTX_new();
    mac->running = EVP_MD_CTX_new();
    if (sha256 == NULL || mac->inner == NULL || mac->outer == NULL || mac->running == NULL)
        return crypto_err(0);
    TRY(pad_absorb(mac->inner, sha256, key, INNER_PAD));
    return pad_absorb(mac->outer, sha256, key, OUTER_PAD);
}

enum err mac_new(const uint8_t key[MAC_KEY_SIZE], struct mac **ret_mac)
{
    struct mac *mac = calloc(1, sizeof(*mac));

    if (mac == NULL)
        return ERR_MEMORY;
    if (mac_set_up(mac, key) != OK) {
        mac_free(mac);
        return ERR_CRYPTO;
    }
    *ret_mac = mac;
    return OK;
}

void mac_free(struct mac *mac)
{
    if (mac == NULL)
        return;
    EVP_MD_CTX_free(mac->inner);
    EVP_MD_CTX_free(mac->outer);
    EVP_MD_CTX_free(mac->running);
    free(mac);
}

void mac_begin(struct mac *mac)
{
    must(EVP_MD_CTX_copy_ex(mac->running, mac->inner) == 1);
}

void mac_add(struct mac *mac, struct bytes text)
{
    must(EVP_DigestUpdate(mac->running, text.data, text.size) == 1);
}

void mac_end(struct mac *mac, uint8_t ret_mac[MAC_SIZE])
{
    uint8_t inner[MAC_SIZE];

    must(EVP_DigestFinal_ex(mac->running, inner, NULL) == 1);
    must(EVP_MD_CTX_copy_ex(mac->running, mac->outer) == 1);
    must(EVP_DigestUpdate(mac->running, inner, sizeof(inner)) == 1);
    must(EVP_DigestFinal_ex(mac->running, ret_mac, NULL) == 1);
    wipe(inner, sizeof(inner));
}

void mac_of(struct mac *mac, struct bytes text, uint8_t ret_mac[MAC_SIZE])
{
    mac_begin(mac);
    mac_add(mac, text);
    mac_end(mac, ret_mac);
}
