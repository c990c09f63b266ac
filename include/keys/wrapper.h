/*
 * What the root key does for one vault: it wraps the vault's keys and vouches for the keyring file.
 *
 * Each of the three jobs has a key of its own, derived from the root key and the vault's id. A
 * wrapped key is bound to its vault, id, use and tenant: in another key's place it does not open
 * (PCI DSS 3.7.7). Used by one thread at a time, inside the layer `keys` only.
 */
#ifndef PANGATE_KEYS_WRAPPER_H
#define PANGATE_KEYS_WRAPPER_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/mac.h"
#include "keys/keyring.h"
#include "keys/root_key.h"

enum {
    WRAPPER_KEY_SIZE = 32,
    WRAPPER_WRAPPED_SIZE = AEAD_NONCE_SIZE + WRAPPER_KEY_SIZE + AEAD_TAG_SIZE
};

struct wrapper; /* SECRET */

/* ERR_MEMORY, ERR_CRYPTO. */
enum err wrapper_new(const struct root_key *root, const uint8_t vault_id[KEYRING_ID_SIZE],
                     struct wrapper **ret_wrapper);
void wrapper_free(struct wrapper *wrapper);

/* A public value that tells this root key from any other. */
void wrapper_mark(const struct wrapper *wrapper, uint8_t ret_mark[HASH_SIZE]);

/* The MAC of a keyring file's body. */
void wrapper_mac(struct wrapper *wrapper, struct bytes body, uint8_t ret_mac[MAC_SIZE]);

/* Draw a key for the row. The key is SECRET, its wrapped form public. */
void wrapper_draw(struct wrapper *wrapper, const struct key_row *row,
                  uint8_t ret_key[WRAPPER_KEY_SIZE], uint8_t ret_wrapped[WRAPPER_WRAPPED_SIZE]);

/* ERR_FORGED if this is not the row that it was wrapped for. What it writes is SECRET. */
enum err wrapper_open(struct wrapper *wrapper, const struct key_row *row,
                      const uint8_t wrapped[WRAPPER_WRAPPED_SIZE],
                      uint8_t ret_key[WRAPPER_KEY_SIZE]);

#endif
