#include "keys/keyring.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/must.h"
#include "keys/keyring_peek.h"
#include "keys/keyset.h"

enum { OWNER_ONLY = 0600 };

/*
 * Readers need no lock: they take a published count (acquire), and below it names and rows never
 * change. The writer adds behind it, has the file on disk, and then publishes (release).
 */
struct keyring {
    char path[PATH_SIZE];
    pthread_mutex_t writing;
    struct keyset set; /* its counts are the writer's */
    _Atomic uint64_t generation;
    _Atomic uint32_t tenant_count;
    _Atomic uint32_t key_count;
    _Atomic uint32_t current[KEY_USES + 1][KEYRING_TENANTS_MAX + 1]; /* key ids; 0: none */
};

const char *key_use_name(enum key_use use)
{
    static const char *const names[] = {
        [KEY_DATA] = "data",
        [KEY_INDEX] = "index",
        [KEY_FINGERPRINT] = "fingerprint",
        [KEY_LOG_TAG] = "log_tag",
        [KEY_IDEMPOTENCY] = "idempotency",
        [KEY_JOURNAL] = "journal",
        [KEY_LOG_SIGN] = "log_sign",
    };

    return names[use];
}

const char *key_state_name(enum key_state state)
{
    static const char *const names[] = {
        [KEY_ACTIVE] = "active",
        [KEY_RETIRED] = "retired",
        [KEY_DESTROYED] = "destroyed",
    };

    return names[state];
}

static enum err keyring_new(const char *path, struct keyring **ret_keyring)
{
    struct keyring *keyring = calloc(1, sizeof(*keyring));

    if (keyring == NULL)
        return ERR_MEMORY;
    must(pthread_mutex_init(&keyring->writing, NULL) == 0);
    if (!bytes_copy_text(bytes_str(path), keyring->path, sizeof(keyring->path)) ||
        keyset_init(&keyring->set) != OK) {
        keyring_free(keyring);
        return ERR_LIMIT;
    }
    *ret_keyring = keyring;
    return OK;
}

void keyring_free(struct keyring *keyring)
{
    if (keyring == NULL)
        return;
    keyset_done(&keyring->set);
    must(pthread_mutex_destroy(&keyring->writing) == 0);
    free(keyring);
}

static void keyring_done(struct keyring **keyring)
{
    keyring_free(*keyring);
}

static enum err keyring_write(const struct keyring *keyring, bool is_new)
{
    struct buf file AUTO(buf_done);

    buf_init(&file, KEYRING_FILE_MAX);
    TRY(keyset_write(&keyring->set, &file));
    if (is_new)
        return file_create(keyring->path, buf_bytes(&file), OWNER_ONLY);
    return file_replace(keyring->path, buf_bytes(&file), OWNER_ONLY);
}

enum err keyring_create(const char *path, const struct root_key *root, int64_t now_ms,
                        struct why *why)
{
    struct keyring *keyring AUTO(keyring_done) = NULL;
    enum err err = keyring_new(path, &keyring);

    if (err == OK)
        err = keyset_make(&keyring->set, root, now_ms);
    if (err == OK)
        err = keyring_write(keyring, true);
    if (err == ERR_EXISTS)
        return why_say(why, err, "%s is there already: it holds the keys of a vault", path);
    if (err != OK)
        return why_say(why, err, "%s: cannot make the keyring: %s", path, err_text(err));
    return OK;
}

/* Let readers see all of the set. */
static void keyring_publish(struct keyring *keyring)
{
    const struct keyring_image *image = &keyring->set.image;
    uint32_t before = atomic_load_explicit(&keyring->key_count, memory_order_relaxed);

    atomic_store_explicit(&keyring->key_count, image->key_count, memory_order_release);
    for (uint32_t i = before; i < image->key_count; i++) {
        const struct key_row *row = &image->keys[i].row;

        if (row->state == KEY_ACTIVE)
            atomic_store_explicit(&keyring->current[row->use][row->tenant], row->id,
                                  memory_order_release);
    }
    atomic_store_explicit(&keyring->tenant_count, image->tenant_count, memory_order_release);
    atomic_store_explicit(&keyring->generation, image->generation, memory_order_release);
}

static enum err keyring_load(struct keyring *keyring, const struct root_key *root, struct why *why)
{
    struct buf file AUTO(buf_done);
    uint32_t key_id;
    enum err err;

    buf_init(&file, KEYRING_FILE_MAX);
    err = file_read_private(keyring->path, &file);
    if (err == ERR_NOT_FOUND)
        return why_say(why, err,
                       "there is no keyring: make a vault with pangate init, or "
                       "restore the keyring from a backup");
    if (err == ERR_MODE)
        return why_say(why, err,
                       "the keyring must belong to the user that runs pangate, and "
                       "nobody else may read it (chmod 600)");
    TRY(err == ERR_LIMIT ? ERR_CORRUPT : err);
    TRY(keyset_read(&keyring->set, buf_bytes(&file), root, why));
    keyring_publish(keyring);
    if (keyring_current(keyring, KEY_JOURNAL, KEYRING_NO_TENANT, &key_id) != OK ||
        keyring_current(keyring, KEY_LOG_SIGN, KEYRING_NO_TENANT, &key_id) != OK)
        return why_say(why, ERR_CORRUPT, "the keyring lacks a key of the vault's own");
    return OK;
}

enum err keyring_open(const char *path, const struct root_key *root, struct keyring **ret_keyring,
                      struct why *why)
{
    struct keyring *keyring AUTO(keyring_done) = NULL;
    struct why cause = { 0 };
    enum err err = keyring_new(path, &keyring);

    if (err == OK)
        err = keyring_load(keyring, root, &cause);
    if (err != OK)
        return why_say(why, err, "%s: %s", path,
                       cause.text[0] != '\0' ? cause.text : err_text(err));
    *ret_keyring = keyring;
    keyring = NULL;
    return OK;
}

/* With the lock held. */
static enum err tenant_add(struct keyring *keyring, struct bytes name, int64_t now_ms)
{
    uint32_t number;
    enum err err;

    if (keyring_tenant(keyring, name, &number) == OK)
        return ERR_EXISTS;
    TRY(keyset_add_tenant(&keyring->set, name, now_ms));
    err = keyring_write(keyring, false);
    if (err != OK) {
        keyset_drop_tenant(&keyring->set);
        return err;
    }
    keyring_publish(keyring);
    return OK;
}

enum err keyring_add_tenant(struct keyring *keyring, struct bytes name, int64_t now_ms,
                            struct why *why)
{
    enum err err = ERR_BAD_REQUEST;

    if (name.size >= 1 && name.size <= KEYRING_NAME_MAX && bytes_index(name, 0) == name.size) {
        must(pthread_mutex_lock(&keyring->writing) == 0);
        err = tenant_add(keyring, name, now_ms);
        must(pthread_mutex_unlock(&keyring->writing) == 0);
    }
    if (err != OK)
        return why_say(why, err, "%s: cannot add the tenant \"%.*s\": %s", keyring->path,
                       (int)name.size, (const char *)name.data, err_text(err));
    return OK;
}

uint32_t keyring_tenant_count(const struct keyring *keyring)
{
    return atomic_load_explicit(&keyring->tenant_count, memory_order_acquire);
}

uint32_t keyring_key_count(const struct keyring *keyring)
{
    return atomic_load_explicit(&keyring->key_count, memory_order_acquire);
}

uint64_t keyring_generation(const struct keyring *keyring)
{
    return atomic_load_explicit(&keyring->generation, memory_order_acquire);
}

void keyring_vault_id(const struct keyring *keyring, uint8_t ret_id[KEYRING_ID_SIZE])
{
    memcpy(ret_id, keyring->set.image.head.vault_id, KEYRING_ID_SIZE);
}

const char *keyring_tenant_name(const struct keyring *keyring, uint32_t number)
{
    if (number == KEYRING_NO_TENANT || number > keyring_tenant_count(keyring))
        return NULL;
    return keyring->set.image.tenants[number - 1];
}

enum err keyring_tenant(const struct keyring *keyring, struct bytes name, uint32_t *ret_number)
{
    uint32_t count = keyring_tenant_count(keyring);

    for (uint32_t number = 1; number <= count; number++) {
        if (bytes_equal(name, bytes_str(keyring_tenant_name(keyring, number)))) {
            *ret_number = number;
            return OK;
        }
    }
    return ERR_NOT_FOUND;
}

enum err keyring_current(const struct keyring *keyring, enum key_use use, uint32_t tenant,
                         uint32_t *ret_key_id)
{
    uint32_t key_id = 0;

    if (use >= KEY_DATA && use <= KEY_LOG_SIGN && tenant <= KEYRING_TENANTS_MAX)
        key_id = atomic_load_explicit(&keyring->current[use][tenant], memory_order_acquire);
    if (key_id == 0)
        return ERR_NOT_FOUND;
    *ret_key_id = key_id;
    return OK;
}

static const struct key_row *row_find(const struct keyring *keyring, uint32_t key_id)
{
    if (key_id == 0 || key_id > keyring_key_count(keyring))
        return NULL;
    return &keyring->set.image.keys[key_id - 1].row;
}

enum err keyring_row(const struct keyring *keyring, uint32_t key_id, struct key_row *ret_row)
{
    const struct key_row *row = row_find(keyring, key_id);

    if (row == NULL)
        return ERR_NOT_FOUND;
    *ret_row = *row;
    return OK;
}

enum err keyring_peek(const struct keyring *keyring, uint32_t key_id, struct key_peek *ret_peek)
{
    const struct key_row *row = row_find(keyring, key_id);

    if (row == NULL || row->state == KEY_DESTROYED)
        return ERR_NOT_FOUND;
    *ret_peek = (struct key_peek){ row, keyset_key(&keyring->set, key_id) };
    return OK;
}

enum err keyring_public_key(const struct keyring *keyring, uint32_t key_id,
                            uint8_t ret_public[SIGN_PUBLIC_SIZE])
{
    struct key_peek peek;

    TRY(keyring_peek(keyring, key_id, &peek));
    if (peek.row->use != KEY_LOG_SIGN)
        return ERR_NOT_FOUND;
    return sign_public_key(peek.key->key, ret_public);
}

enum err keyring_sign(const struct keyring *keyring, uint32_t key_id, struct bytes text,
                      uint8_t ret_signature[SIGN_SIGNATURE_SIZE])
{
    struct key_peek peek;

    TRY(keyring_peek(keyring, key_id, &peek));
    if (peek.row->use != KEY_LOG_SIGN || peek.row->state != KEY_ACTIVE)
        return ERR_NOT_FOUND;
    return sign_text(peek.key->key, text, ret_signature);
}

void keyring_journal_key(const struct keyring *keyring, uint8_t ret_key[32])
{
    uint32_t key_id = 0;
    struct key_peek peek;

    must(keyring_current(keyring, KEY_JOURNAL, KEYRING_NO_TENANT, &key_id) == OK);
    must(keyring_peek(keyring, key_id, &peek) == OK);
    memcpy(ret_key, peek.key->key, AEAD_KEY_SIZE);
}
