/*
 * A root key and a place for a keyring, in a folder that vanishes.
 */
#ifndef PANGATE_TESTS_KEYS_VAULT_H
#define PANGATE_TESTS_KEYS_VAULT_H

#include "test.h"

#include "base/buf.h"
#include "base/file.h"
#include "keys/keyring.h"
#include "keys/keyset.h"
#include "keys/root_key.h"

enum { VAULT_NOW_MS = 1000 };

struct vault {
    struct temp folder;
    struct temp_path keyring;
    struct root_key root;
};

/* struct vault vault AUTO(vault_done) = vault_new(); holds no keyring yet. */
static inline struct vault vault_new(void)
{
    struct vault vault = { .folder = temp_new() };
    struct temp_path root = temp_file(&vault.folder, "root.key");

    assert_err(OK, root_key_make(root.text, NULL));
    assert_err(OK, root_key_load(root.text, &vault.root, NULL));
    vault.keyring = temp_file(&vault.folder, "keyring");
    return vault;
}

static inline void vault_done(struct vault *vault)
{
    root_key_wipe(&vault->root);
    temp_done(&vault->folder);
}

static inline struct keyring *vault_open(const struct vault *vault)
{
    struct keyring *keyring = NULL;
    struct why why = { 0 };

    if (keyring_open(vault->keyring.text, &vault->root, &keyring, &why) != OK)
        fail_msg("%s", why.text);
    return keyring;
}

static inline void keyring_done(struct keyring **keyring)
{
    keyring_free(*keyring);
}

/* A keyring with the tenants "shop" (1) and "bar" (2), on disk and open. */
static inline struct keyring *vault_fill(const struct vault *vault)
{
    struct keyring *keyring;

    assert_err(OK, keyring_create(vault->keyring.text, &vault->root, VAULT_NOW_MS, NULL));
    keyring = vault_open(vault);
    assert_err(OK, keyring_add_tenant(keyring, bytes_lit("shop"), VAULT_NOW_MS, NULL));
    assert_err(OK, keyring_add_tenant(keyring, bytes_lit("bar"), VAULT_NOW_MS, NULL));
    return keyring;
}

static inline uint32_t current_id(const struct keyring *keyring, enum key_use use, uint32_t tenant)
{
    uint32_t key_id = 0;

    assert_err(OK, keyring_current(keyring, use, tenant, &key_id));
    return key_id;
}

/* One more active key of a use, as a rotation will add it. */
static inline uint32_t keyset_add_key(struct keyset *set, enum key_use use, uint32_t tenant)
{
    struct keyring_key *key = &set->image.keys[set->image.key_count++];
    uint8_t bytes[WRAPPER_KEY_SIZE];

    key->row = (struct key_row){ set->image.key_count, use, tenant, KEY_ACTIVE, VAULT_NOW_MS, 0 };
    wrapper_draw(set->wrapper, &key->row, bytes, key->wrapped);
    return key->row.id;
}

/* Put a set on disk as the vault's keyring, whatever was there. */
static inline void vault_put(const struct vault *vault, const struct keyset *set)
{
    struct buf file AUTO(buf_done);

    buf_init(&file, KEYRING_FILE_MAX);
    assert_err(OK, keyset_write(set, &file));
    assert_err(OK, file_replace(vault->keyring.text, buf_bytes(&file), 0600));
}

/* A set with the tenant "shop". */
static inline void keyset_fill(struct keyset *set, const struct root_key *root)
{
    assert_err(OK, keyset_init(set));
    assert_err(OK, keyset_make(set, root, VAULT_NOW_MS));
    assert_err(OK, keyset_add_tenant(set, bytes_lit("shop"), VAULT_NOW_MS));
}

#endif
