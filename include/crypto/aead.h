/*
 * Sealing: XAES-256-GCM (c2sp.org/XAES-256-GCM).
 *
 * AES-256-GCM under a key derived from the first half of a 24-byte nonce, so that random nonces
 * are safe for 2^80 messages under one key. The same key and nonce must never seal two texts.
 */
#ifndef PANGATE_CRYPTO_AEAD_H
#define PANGATE_CRYPTO_AEAD_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum {
    AEAD_KEY_SIZE = 32,
    AEAD_NONCE_SIZE = 24,
    AEAD_TAG_SIZE = 16,
    AEAD_TEXT_MAX = 1 << 30 /* more at once breaks a promise */
};

struct aead_key { /* SECRET: declare with AUTO(aead_key_wipe), or keep in secret_new() memory */
    uint8_t key[AEAD_KEY_SIZE];
    uint8_t subkey[16]; /* K1 of the specification */
};

/* ERR_CRYPTO. */
enum err aead_key_set(const uint8_t key[AEAD_KEY_SIZE], struct aead_key *ret_key);
void aead_key_wipe(struct aead_key *key);

/* SECRET: cipher contexts, ready for the key they served last. One thread at a time. */
struct aead;

enum err aead_new(struct aead **ret_aead); /* ERR_MEMORY, ERR_CRYPTO */
void aead_free(struct aead *aead);

struct aead_message {
    const uint8_t *nonce; /* AEAD_NONCE_SIZE bytes */
    struct bytes aad;     /* authenticated, not sealed; may be empty */
    struct bytes text;    /* to seal: what is secret; to open: sealed text and tag */
};

/* Writes text.size + AEAD_TAG_SIZE bytes; they may begin where the text begins. */
void aead_seal(struct aead *aead, const struct aead_key *key, const struct aead_message *message,
               uint8_t *ret_sealed);

/*
 * Writes text.size - AEAD_TAG_SIZE bytes, SECRET; they may begin where the text begins.
 * ERR_FORGED if text, nonce, additional data or key are not those of the sealing, or the text is
 * shorter than a tag; what was written is wiped.
 */
enum err aead_open(struct aead *aead, const struct aead_key *key,
                   const struct aead_message *message, uint8_t *ret_text);

#endif
