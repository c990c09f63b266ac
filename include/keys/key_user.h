/*
 * One thread's hands on the keyring: cipher contexts, a random pool, and a MAC context for every
 * key it has used. Sealing, opening and tagging happen here, by key id; no key comes out.
 */
#ifndef PANGATE_KEYS_KEY_USER_H
#define PANGATE_KEYS_KEY_USER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/mac.h"
#include "crypto/random.h"
#include "keys/keyring.h"

enum { KEY_SEAL_OVERHEAD = AEAD_NONCE_SIZE + AEAD_TAG_SIZE };

struct key_user; /* SECRET; used by one thread at a time */

/* The keyring must outlive it. ERR_MEMORY, ERR_CRYPTO. */
enum err key_user_new(const struct keyring *keyring, struct key_user **ret_user);
void key_user_free(struct key_user *user);

/* Lent: the keyring that it was made for. */
const struct keyring *key_user_keyring(const struct key_user *user);

/* Which key, and what the sealed text is bound to: it opens only with the same of both. */
struct key_scope {
    uint32_t key_id;
    struct bytes aad;
};

/*
 * Append nonce, sealed text and tag: KEY_SEAL_OVERHEAD bytes more than the text.
 * ERR_NOT_FOUND if there is no active data key of that id; ERR_LIMIT if it does not fit, and
 * nothing is appended.
 */
enum err key_seal(struct key_user *user, const struct key_scope *scope, struct bytes text,
                  struct buf *sealed);

/*
 * Append the text, SECRET. ERR_NOT_FOUND if there is no data key of that id or it was destroyed;
 * ERR_FORGED if it does not open; ERR_LIMIT. Then nothing is appended.
 */
enum err key_open(struct key_user *user, const struct key_scope *scope, struct bytes sealed,
                  struct buf *text);

/* The MAC of one text, by a key of a per-tenant MAC use. ERR_NOT_FOUND as above. */
enum err key_mac(struct key_user *user, uint32_t key_id, struct bytes text,
                 uint8_t ret_mac[MAC_SIZE]);

/* Lend the MAC context of such a key, begun, for a text in several parts: mac_add(), mac_end().
 * It is lent until the next call for the same key. */
enum err key_mac_begin(struct key_user *user, uint32_t key_id, struct mac **ret_mac);

/* Lent: the thread's random pool and its SHA-256 context. */
struct random *key_user_random(struct key_user *user);
struct hash *key_user_hash(struct key_user *user);

#endif
