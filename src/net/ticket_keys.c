#include "net/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/secret.h"

enum { NAME_SIZE = 16, IV_SIZE = 16, KEY_SIZE = 32, LIFE_MS = TICKET_LIFE_S * 1000 };

struct ticket_key { /* SECRET: only in the locked pages of a ticket_keys */
    unsigned char name[NAME_SIZE];
    unsigned char cipher[KEY_SIZE], mac[KEY_SIZE];
    int64_t made_ms; /* 0: there is none */
};

struct ticket_keys {
    pthread_mutex_t lock;
    struct ticket_key *pair; /* current, and the one before */
};

enum { CURRENT, BEFORE, PAIR };

enum err ticket_keys_new(struct ticket_keys **ret_keys)
{
    struct ticket_keys *keys = calloc(1, sizeof(*keys));

    if (keys == NULL)
        return ERR_MEMORY;
    must(pthread_mutex_init(&keys->lock, NULL) == 0);
    keys->pair = secret_new(PAIR * sizeof(*keys->pair));
    if (keys->pair == NULL) {
        ticket_keys_free(keys);
        return ERR_MEMORY;
    }
    *ret_keys = keys;
    return OK;
}

void ticket_keys_free(struct ticket_keys *keys)
{
    if (keys == NULL)
        return;
    secret_free(keys->pair, PAIR * sizeof(*keys->pair));
    must(pthread_mutex_destroy(&keys->lock) == 0);
    free(keys);
}

/* Lock held. */
static void forget_old_keys(struct ticket_keys *keys, int64_t now_ms)
{
    struct ticket_key *pair = keys->pair;

    if (pair[CURRENT].made_ms == 0 || now_ms - pair[CURRENT].made_ms < LIFE_MS)
        return;
    if (now_ms - pair[CURRENT].made_ms < 2 * LIFE_MS)
        pair[BEFORE] = pair[CURRENT];
    else
        wipe(&pair[BEFORE], sizeof(pair[BEFORE]));
    wipe(&pair[CURRENT], sizeof(pair[CURRENT]));
}

/* Lock held. */
static bool make_current(struct ticket_key *key, int64_t now_ms)
{
    if (key->made_ms != 0)
        return true;
    if (RAND_bytes(key->name, NAME_SIZE) != 1 || RAND_priv_bytes(key->cipher, KEY_SIZE) != 1 ||
        RAND_priv_bytes(key->mac, KEY_SIZE) != 1)
        return false;
    key->made_ms = now_ms;
    return true;
}

static bool set_mac(const struct ticket_key *key, EVP_MAC_CTX *mac)
{
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key->mac, KEY_SIZE),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()
    };

    return EVP_MAC_CTX_set_params(mac, params) == 1;
}

enum err ticket_keys_seal(struct ticket_keys *keys, const struct ticket_seal *seal, int64_t now_ms)
{
    struct ticket_key *key = &keys->pair[CURRENT];
    bool set;

    must(pthread_mutex_lock(&keys->lock) == 0);
    forget_old_keys(keys, now_ms);
    set = make_current(key, now_ms) && RAND_bytes(seal->iv, IV_SIZE) == 1 &&
          EVP_EncryptInit_ex(seal->cipher, EVP_aes_256_cbc(), NULL, key->cipher, seal->iv) == 1 &&
          set_mac(key, seal->mac);
    memcpy(seal->name, key->name, NAME_SIZE);
    must(pthread_mutex_unlock(&keys->lock) == 0);
    return set ? OK : ERR_CRYPTO;
}

enum err ticket_keys_open(struct ticket_keys *keys, const struct ticket_seal *seal, int64_t now_ms,
                          bool *ret_renew)
{
    enum err err = ERR_NOT_FOUND;

    must(pthread_mutex_lock(&keys->lock) == 0);
    forget_old_keys(keys, now_ms);
    for (size_t i = CURRENT; i < PAIR; i++) {
        const struct ticket_key *key = &keys->pair[i];

        if (key->made_ms == 0 || memcmp(key->name, seal->name, NAME_SIZE) != 0)
            continue;
        *ret_renew = i == BEFORE;
        err =
            EVP_DecryptInit_ex(seal->cipher, EVP_aes_256_cbc(), NULL, key->cipher, seal->iv) == 1 &&
                    set_mac(key, seal->mac)
                ? OK
                : ERR_CRYPTO;
    }
    must(pthread_mutex_unlock(&keys->lock) == 0);
    return err;
}
