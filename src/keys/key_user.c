#include "keys/key_user.h"

#include <stdlib.h>

#include "keys/keyring_peek.h"

struct key_user {
    const struct keyring *keyring;
    struct aead *aead;
    struct random *random;
    struct hash *hash;
    struct mac *macs[KEYRING_KEYS_MAX]; /* by key id - 1; made at a key's first use */
};

static enum err key_user_set_up(struct key_user *user)
{
    TRY(aead_new(&user->aead));
    TRY(random_new(&user->random));
    return hash_new(&user->hash);
}

enum err key_user_new(const struct keyring *keyring, struct key_user **ret_user)
{
    struct key_user *user = calloc(1, sizeof(*user));
    enum err err;

    if (user == NULL)
        return ERR_MEMORY;
    user->keyring = keyring;
    err = key_user_set_up(user);
    if (err != OK) {
        key_user_free(user);
        return err;
    }
    *ret_user = user;
    return OK;
}

void key_user_free(struct key_user *user)
{
    if (user == NULL)
        return;
    for (size_t i = 0; i < KEYRING_KEYS_MAX; i++)
        mac_free(user->macs[i]);
    hash_free(user->hash);
    random_free(user->random);
    aead_free(user->aead);
    free(user);
}

const struct keyring *key_user_keyring(const struct key_user *user)
{
    return user->keyring;
}

/* A data key that may still open, and if it shall seal, still seals. */
static enum err data_key(const struct key_user *user, uint32_t key_id, enum key_state last_state,
                         const struct aead_key **ret_key)
{
    struct key_peek peek;

    TRY(keyring_peek(user->keyring, key_id, &peek));
    if (peek.row->use != KEY_DATA || peek.row->state > last_state)
        return ERR_NOT_FOUND;
    *ret_key = peek.key;
    return OK;
}

enum err key_seal(struct key_user *user, const struct key_scope *scope, struct bytes text,
                  struct buf *sealed)
{
    const struct aead_key *key;
    struct aead_message message = { .aad = scope->aad, .text = text };
    uint8_t *out;

    TRY(data_key(user, scope->key_id, KEY_ACTIVE, &key));
    out = buf_reserve(sealed, text.size + KEY_SEAL_OVERHEAD);
    if (out == NULL)
        return ERR_LIMIT;
    random_bytes(user->random, out, AEAD_NONCE_SIZE);
    message.nonce = out;
    aead_seal(user->aead, key, &message, out + AEAD_NONCE_SIZE);
    buf_grown(sealed, text.size + KEY_SEAL_OVERHEAD);
    return OK;
}

enum err key_open(struct key_user *user, const struct key_scope *scope, struct bytes sealed,
                  struct buf *text)
{
    const struct aead_key *key;
    const struct aead_message message = {
        .nonce = sealed.data,
        .aad = scope->aad,
        .text = bytes_from(sealed, AEAD_NONCE_SIZE),
    };
    uint8_t *out;

    TRY(data_key(user, scope->key_id, KEY_RETIRED, &key));
    if (sealed.size < KEY_SEAL_OVERHEAD)
        return ERR_FORGED;
    out = buf_reserve(text, sealed.size - KEY_SEAL_OVERHEAD);
    if (out == NULL)
        return ERR_LIMIT;
    TRY(aead_open(user->aead, key, &message, out));
    buf_grown(text, sealed.size - KEY_SEAL_OVERHEAD);
    return OK;
}

static bool use_is_mac(enum key_use use)
{
    return use == KEY_INDEX || use == KEY_FINGERPRINT || use == KEY_LOG_TAG ||
           use == KEY_IDEMPOTENCY;
}

static enum err mac_find(struct key_user *user, uint32_t key_id, struct mac **ret_mac)
{
    struct key_peek peek;
    struct mac **mac;

    TRY(keyring_peek(user->keyring, key_id, &peek));
    if (!use_is_mac(peek.row->use))
        return ERR_NOT_FOUND;
    mac = &user->macs[key_id - 1];
    if (*mac == NULL)
        TRY(mac_new(peek.key->key, mac));
    *ret_mac = *mac;
    return OK;
}

enum err key_mac(struct key_user *user, uint32_t key_id, struct bytes text,
                 uint8_t ret_mac[MAC_SIZE])
{
    struct mac *mac;

    TRY(mac_find(user, key_id, &mac));
    mac_of(mac, text, ret_mac);
    return OK;
}

enum err key_mac_begin(struct key_user *user, uint32_t key_id, struct mac **ret_mac)
{
    struct mac *mac;

    TRY(mac_find(user, key_id, &mac));
    mac_begin(mac);
    *ret_mac = mac;
    return OK;
}

struct random *key_user_random(struct key_user *user)
{
    return user->random;
}

struct hash *key_user_hash(struct key_user *user)
{
    return user->hash;
}
