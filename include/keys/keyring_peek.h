/*
 * Key bytes, for the modules of this layer and nobody else: keys/key_user.h works with them.
 */
#ifndef PANGATE_KEYS_KEYRING_PEEK_H
#define PANGATE_KEYS_KEYRING_PEEK_H

#include <stdint.h>

#include "base/err.h"
#include "crypto/aead.h"
#include "keys/keyring.h"

struct key_peek {
    const struct key_row *row;
    const struct aead_key *key; /* SECRET; a subkey only if its use is KEY_DATA */
};

/* Lent as long as the keyring lives. ERR_NOT_FOUND if there is none of that id, or it was
 * destroyed. */
enum err keyring_peek(const struct keyring *keyring, uint32_t key_id, struct key_peek *ret_peek);

#endif
