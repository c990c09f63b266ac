#include "crypto/aead.h"

#include <string.h>
#include <openssl/evp.h>

#include "base/ct.h"
#include "base/must.h"
#include "base/secret.h"
#include "crypto/library.h"

enum { BLOCK_SIZE = 16, HALF_NONCE = AEAD_NONCE_SIZE / 2 };

struct aead {
    EVP_CIPHER_CTX *block; /* AES-256, one block at a time, under the key it served last */
    EVP_CIPHER_CTX *gcm;   /* AES-256-GCM, under the derived key of the last message */
    uint8_t scheduled[AEAD_KEY_SIZE];
    bool is_scheduled; /* block is ready for the key in scheduled */
};

static void cipher_free(EVP_CIPHER **cipher)
{
    EVP_CIPHER_free(*cipher);
}

static enum err context_new(const char *name, EVP_CIPHER_CTX **ret_context)
{
    EVP_CIPHER *cipher AUTO(cipher_free) = EVP_CIPHER_fetch(NULL, name, NULL);

    *ret_context = EVP_CIPHER_CTX_new();
    if (cipher == NULL || *ret_context == NULL)
        return crypto_err(0);
    return crypto_err(EVP_EncryptInit_ex2(*ret_context, cipher, NULL, NULL, NULL));
}

static enum err block_new(EVP_CIPHER_CTX **ret_block)
{
    TRY(context_new("AES-256-ECB", ret_block));
    return crypto_err(EVP_CIPHER_CTX_set_padding(*ret_block, 0));
}

static enum err block_schedule(EVP_CIPHER_CTX *block, const uint8_t *key)
{
    return crypto_err(EVP_EncryptInit_ex2(block, NULL, key, NULL, NULL));
}

static enum err block_encrypt(EVP_CIPHER_CTX *block, uint8_t *blocks, int size)
{
    int written;

    return crypto_err(EVP_EncryptUpdate(block, blocks, &written, blocks, size));
}

static void context_free(EVP_CIPHER_CTX **context)
{
    EVP_CIPHER_CTX_free(*context);
}

/* K1 = 2 * AES(key, 0) in GF(2^128), as in CMAC (SP 800-38B, section 6.1). */
static void block_double(uint8_t *block)
{
    uint8_t carry = (uint8_t)(block[0] >> 7);

    for (size_t i = 0; i + 1 < BLOCK_SIZE; i++)
        block[i] = (uint8_t)(block[i] << 1 | block[i + 1] >> 7);
    block[BLOCK_SIZE - 1] = (uint8_t)(block[BLOCK_SIZE - 1] << 1 ^ (0x87 & -carry));
}

enum err aead_key_set(const uint8_t key[AEAD_KEY_SIZE], struct aead_key *ret_key)
{
    EVP_CIPHER_CTX *block AUTO(context_free) = NULL;
    struct aead_key made AUTO(aead_key_wipe) = { 0 };

    TRY(block_new(&block));
    TRY(block_schedule(block, key));
    TRY(block_encrypt(block, made.subkey, BLOCK_SIZE));
    block_double(made.subkey);
    memcpy(made.key, key, AEAD_KEY_SIZE);
    *ret_key = made;
    return OK;
}

void aead_key_wipe(struct aead_key *key)
{
    wipe(key, sizeof(*key));
}

enum err aead_new(struct aead **ret_aead)
{
    struct aead *aead = secret_new(sizeof(*aead));

    if (aead == NULL)
        return ERR_MEMORY;
    if (block_new(&aead->block) != OK || context_new("AES-256-GCM", &aead->gcm) != OK) {
        aead_free(aead);
        return ERR_CRYPTO;
    }
    *ret_aead = aead;
    return OK;
}

void aead_free(struct aead *aead)
{
    if (aead == NULL)
        return;
    EVP_CIPHER_CTX_free(aead->block);
    EVP_CIPHER_CTX_free(aead->gcm);
    secret_free(aead, sizeof(*aead));
}

struct derived { /* SECRET: the key of one message */
    uint8_t key[AEAD_KEY_SIZE];
};

static void derived_wipe(struct derived *derived)
{
    wipe(derived, sizeof(*derived));
}

static void schedule_if_other(struct aead *aead, const struct aead_key *key)
{
    if (aead->is_scheduled && ct_equal(aead->scheduled, key->key, AEAD_KEY_SIZE))
        return;
    must(block_schedule(aead->block, key->key) == OK);
    memcpy(aead->scheduled, key->key, AEAD_KEY_SIZE);
    aead->is_scheduled = true;
}

/* The specification's steps 4 to 6: CMAC of a counter, "X", and the nonce's first half. */
static void key_derive(struct aead *aead, const struct aead_key *key, const uint8_t *nonce,
                       struct derived *ret_derived)
{
    for (uint8_t half = 0; half < 2; half++) {
        const uint8_t head[4] = { 0, (uint8_t)(half + 1), 'X', 0 };
        uint8_t *block = ret_derived->key + half * BLOCK_SIZE;

        memcpy(block, head, sizeof(head));
        memcpy(block + sizeof(head), nonce, HALF_NONCE);
        for (size_t i = 0; i < BLOCK_SIZE; i++)
            block[i] ^= key->subkey[i];
    }
    schedule_if_other(aead, key);
    must(block_encrypt(aead->block, ret_derived->key, AEAD_KEY_SIZE) == OK);
}

enum direction { OPEN = 0, SEAL = 1 }; /* as EVP_CipherInit_ex2() has it */

static void message_begin(struct aead *aead, const struct aead_key *key,
                          const struct aead_message *message, enum direction direction)
{
    struct derived derived AUTO(derived_wipe);
    int written;

    must(message->aad.size <= AEAD_TEXT_MAX);
    key_derive(aead, key, message->nonce, &derived);
    must(EVP_CipherInit_ex2(aead->gcm, NULL, derived.key, message->nonce + HALF_NONCE,
                            (int)direction, NULL) == 1);
    if (message->aad.size > 0)
        must(EVP_CipherUpdate(aead->gcm, NULL, &written, message->aad.data,
                              (int)message->aad.size) == 1);
}

static void message_run(struct aead *aead, struct bytes text, uint8_t *out)
{
    int written = 0;

    if (text.size > 0)
        must(EVP_CipherUpdate(aead->gcm, out, &written, text.data, (int)text.size) == 1);
    must((size_t)written == text.size);
}

void aead_seal(struct aead *aead, const struct aead_key *key, const struct aead_message *message,
               uint8_t *ret_sealed)
{
    uint8_t *tag = ret_sealed + message->text.size;
    int written;

    must(message->text.size <= AEAD_TEXT_MAX);
    message_begin(aead, key, message, SEAL);
    message_run(aead, message->text, ret_sealed);
    must(EVP_CipherFinal_ex(aead->gcm, tag, &written) == 1);
    must(EVP_CIPHER_CTX_ctrl(aead->gcm, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_SIZE, tag) == 1);
}

enum err aead_open(struct aead *aead, const struct aead_key *key,
                   const struct aead_message *message, uint8_t *ret_text)
{
    size_t size = message->text.size - AEAD_TAG_SIZE;
    uint8_t tag[AEAD_TAG_SIZE];
    uint8_t nothing[BLOCK_SIZE];
    int written;

    if (message->text.size < AEAD_TAG_SIZE || size > AEAD_TEXT_MAX)
        return ERR_FORGED;
    memcpy(tag, message->text.data + size, AEAD_TAG_SIZE);
    message_begin(aead, key, message, OPEN);
    message_run(aead, bytes_of(message->text.data, size), ret_text);
    must(EVP_CIPHER_CTX_ctrl(aead->gcm, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_SIZE, tag) == 1);
    if (crypto_err(EVP_CipherFinal_ex(aead->gcm, nothing, &written)) != OK) {
        wipe(ret_text, size);
        return ERR_FORGED;
    }
    return OK;
}
