/*
 * The root key: the one secret that is not in the vault, and that opens the keyring.
 *
 * Here it comes from a file. Where else it may come from is decided in this module only: the
 * keyring asks for nothing but root_key_derive(), which a hardware module can answer, too.
 */
#ifndef PANGATE_KEYS_ROOT_KEY_H
#define PANGATE_KEYS_ROOT_KEY_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/why.h"

enum { ROOT_KEY_SIZE = 32, ROOT_KEY_DERIVED_SIZE = 32 };

struct root_key { /* SECRET: declare with AUTO(root_key_wipe) */
    uint8_t bytes[ROOT_KEY_SIZE];
};

void root_key_wipe(struct root_key *key);

/* A new random key into a new file of mode 0600. ERR_EXISTS if there is a file: nothing that may
 * be the only copy of a key is ever overwritten. */
enum err root_key_make(const char *path, struct why *why);

/*
 * Read it back. ERR_NOT_FOUND; ERR_MODE if group or others may read it or another user owns it;
 * ERR_CORRUPT if it is not the text that root_key_make() wrote.
 */
enum err root_key_load(const char *path, struct root_key *ret_key, struct why *why);

/* The text of such a file. ERR_CORRUPT; ERR_NEWER for a later form of it. */
enum err root_key_parse(struct bytes text, struct root_key *ret_key);

/* A key of its own for one purpose in one vault (HKDF). What it writes is SECRET. ERR_CRYPTO. */
enum err root_key_derive(const struct root_key *key, struct bytes vault_id, struct bytes purpose,
                         uint8_t ret_key[ROOT_KEY_DERIVED_SIZE]);

#endif
