/*
 * The keyring: every key of a vault, in one file, each wrapped by the root key.
 *
 * Keys have ids and are only named by them. What a key does is done here or in keys/key_user.h;
 * key bytes stay in locked memory that no core dump holds. A keyring is shared by all threads:
 * looking up goes on while a tenant is added. Tenants are numbered from 1 in the order in which
 * they were added, keys likewise; neither number is ever used again.
 */
#ifndef PANGATE_KEYS_KEYRING_H
#define PANGATE_KEYS_KEYRING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/why.h"
#include "crypto/sign.h"
#include "keys/root_key.h"

enum {
    KEYRING_TENANTS_MAX = 1024,
    KEYRING_KEYS_MAX = 8192,
    KEYRING_NAME_MAX = 64,
    KEYRING_ID_SIZE = 16,
    KEYRING_NO_TENANT = 0 /* the tenant of a key that belongs to the whole vault */
};

/* What a key may do, and nothing else. The numbers stand in the file. */
enum key_use {
    KEY_DATA = 1,        /* per tenant: seals records */
    KEY_INDEX = 2,       /* per tenant: MAC of a PAN, to find its token */
    KEY_FINGERPRINT = 3, /* per tenant: MAC of a PAN, shown to the tenant; never replaced */
    KEY_LOG_TAG = 4,     /* per tenant: MAC of a customer's reference, for the audit log */
    KEY_IDEMPOTENCY = 5, /* per tenant: MAC of idempotency keys and of request bodies */
    KEY_JOURNAL = 6,     /* the vault's: MAC of journal batches */
    KEY_LOG_SIGN = 7     /* the vault's: signs checkpoints (Ed25519) */
};

enum { KEY_USES = 7 };

/* Only an active key seals, signs or begins something new; a retired one still opens and finds; of
 * a destroyed one nothing is left but its row. */
enum key_state { KEY_ACTIVE = 1, KEY_RETIRED = 2, KEY_DESTROYED = 3 };

/* What the inventory says of a key. Public. */
struct key_row {
    uint32_t id;
    enum key_use use;
    uint32_t tenant;
    enum key_state state;
    int64_t created_ms;
    int64_t expires_ms; /* 0: never. After it the key should be replaced (SP 800-57 part 1) */
};

const char *key_use_name(enum key_use use);       /* "data" */
const char *key_state_name(enum key_state state); /* "active" */

struct keyring;

/* A new keyring with the vault's own keys and no tenant. ERR_EXISTS if there is a file. */
enum err keyring_create(const char *path, const struct root_key *root, int64_t now_ms,
                        struct why *why);

/*
 * Read and unwrap. ERR_NOT_FOUND if there is no file; ERR_MODE if others may read it;
 * ERR_CORRUPT if it is damaged or no keyring; ERR_NEWER; ERR_FORGED if the root key is not the one
 * it was made with, or if somebody without that root key changed it; ERR_MEMORY if its keys
 * cannot be locked into memory. `why` says what to do.
 */
enum err keyring_open(const char *path, const struct root_key *root, struct keyring **ret_keyring,
                      struct why *why);
void keyring_free(struct keyring *keyring);

/*
 * Give a tenant its keys: on disk first, then for everybody to see. ERR_EXISTS; ERR_BAD_REQUEST if
 * the name is empty, too long or holds a NUL; ERR_LIMIT; ERR_IO and ERR_NO_SPACE, after which
 * readers see what they saw before. One caller at a time gets in, the others wait.
 */
enum err keyring_add_tenant(struct keyring *keyring, struct bytes name, int64_t now_ms,
                            struct why *why);

enum err keyring_tenant(const struct keyring *keyring, struct bytes name,
                        uint32_t *ret_number); /* ERR_NOT_FOUND */
/* NULL if there is none of that number; else lent as long as the keyring lives. */
const char *keyring_tenant_name(const struct keyring *keyring, uint32_t number);
uint32_t keyring_tenant_count(const struct keyring *keyring);

/* Grows by one with each rewriting of the file. A vault remembers it and refuses an older file. */
uint64_t keyring_generation(const struct keyring *keyring);
void keyring_vault_id(const struct keyring *keyring, uint8_t ret_id[KEYRING_ID_SIZE]);

/* The active key of a use; tenant is KEYRING_NO_TENANT for the vault's. ERR_NOT_FOUND. */
enum err keyring_current(const struct keyring *keyring, enum key_use use, uint32_t tenant,
                         uint32_t *ret_key_id);

/* The rows in order of their ids, which are 1 to keyring_key_count(). ERR_NOT_FOUND. */
uint32_t keyring_key_count(const struct keyring *keyring);
enum err keyring_row(const struct keyring *keyring, uint32_t key_id, struct key_row *ret_row);

/* Of a key of use KEY_LOG_SIGN, of any state but destroyed. ERR_NOT_FOUND. */
enum err keyring_public_key(const struct keyring *keyring, uint32_t key_id,
                            uint8_t ret_public[SIGN_PUBLIC_SIZE]);

/* With an active key of use KEY_LOG_SIGN. ERR_NOT_FOUND, ERR_CRYPTO. Any thread. */
enum err keyring_sign(const struct keyring *keyring, uint32_t key_id, struct bytes text,
                      uint8_t ret_signature[SIGN_SIGNATURE_SIZE]);

/* The active journal key, SECRET: the one key that leaves, as the journal is handed its key. */
void keyring_journal_key(const struct keyring *keyring, uint8_t ret_key[32]);

#endif
