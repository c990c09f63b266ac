#include "keys/keyset.h"

#include "base/ct.h"
#include "base/secret.h"
#include "crypto/random.h"

/* SP 800-57 part 1, table 1: two years at most for whoever seals or makes MACs. */
#define TWO_YEARS_MS ((int64_t)2 * 365 * 24 * 60 * 60 * 1000)

static const enum key_use tenant_uses[] = {
    KEY_DATA, KEY_INDEX, KEY_FINGERPRINT, KEY_LOG_TAG, KEY_IDEMPOTENCY,
};

enum { TENANT_USES = sizeof(tenant_uses) / sizeof(tenant_uses[0]) };

enum err keyset_init(struct keyset *keyset)
{
    *keyset = (struct keyset){ 0 };
    return keyring_image_init(&keyset->image);
}

void keyset_done(struct keyset *keyset)
{
    for (size_t i = 0; i < KEYSET_CHUNKS_MAX; i++)
        secret_free(keyset->chunks[i], sizeof(struct keyset_chunk));
    wrapper_free(keyset->wrapper);
    keyring_image_done(&keyset->image);
    *keyset = (struct keyset){ 0 };
}

const struct aead_key *keyset_key(const struct keyset *keyset, uint32_t key_id)
{
    uint32_t at = key_id - 1;

    return &keyset->chunks[at / KEYSET_CHUNK_KEYS]->keys[at % KEYSET_CHUNK_KEYS];
}

/* Where the bytes of a key go; NULL if no more memory can be locked. */
static struct aead_key *key_slot(struct keyset *keyset, uint32_t key_id)
{
    uint32_t at = key_id - 1;
    struct keyset_chunk **chunk = &keyset->chunks[at / KEYSET_CHUNK_KEYS];

    if (*chunk == NULL)
        *chunk = secret_new(sizeof(**chunk));
    return *chunk == NULL ? NULL : &(*chunk)->keys[at % KEYSET_CHUNK_KEYS];
}

/* The key's bytes are in their slot: make them ready for their use. */
static enum err slot_finish(struct aead_key *slot, enum key_use use)
{
    return use == KEY_DATA ? aead_key_set(slot->key, slot) : OK;
}

static int64_t expiry(enum key_use use, int64_t now_ms)
{
    return use == KEY_FINGERPRINT ? 0 : now_ms + TWO_YEARS_MS;
}

static enum err key_add(struct keyset *keyset, enum key_use use, uint32_t tenant, int64_t now_ms)
{
    struct keyring_image *image = &keyset->image;
    struct keyring_key *key = &image->keys[image->key_count];
    struct aead_key *slot = key_slot(keyset, image->key_count + 1);

    if (slot == NULL)
        return ERR_MEMORY;
    key->row = (struct key_row){
        .id = image->key_count + 1,
        .use = use,
        .tenant = tenant,
        .state = KEY_ACTIVE,
        .created_ms = now_ms,
        .expires_ms = expiry(use, now_ms),
    };
    wrapper_draw(keyset->wrapper, &key->row, slot->key, key->wrapped);
    TRY(slot_finish(slot, use));
    image->key_count++;
    return OK;
}

static void random_done(struct random **random)
{
    random_free(*random);
}

enum err keyset_make(struct keyset *keyset, const struct root_key *root, int64_t now_ms)
{
    struct random *random AUTO(random_done) = NULL;
    struct keyring_head *head = &keyset->image.head;

    TRY(random_new(&random));
    random_bytes(random, head->vault_id, KEYRING_ID_SIZE);
    TRY(wrapper_new(root, head->vault_id, &keyset->wrapper));
    wrapper_mark(keyset->wrapper, head->mark);
    keyset->image.generation = 1;
    TRY(key_add(keyset, KEY_JOURNAL, KEYRING_NO_TENANT, now_ms));
    return key_add(keyset, KEY_LOG_SIGN, KEYRING_NO_TENANT, now_ms);
}

enum err keyset_write(const struct keyset *keyset, struct buf *file)
{
    uint8_t mac[MAC_SIZE];

    keyring_image_write(&keyset->image, file);
    wrapper_mac(keyset->wrapper, buf_bytes(file), mac);
    keyring_file_end(mac, file);
    return buf_check(file);
}

static enum err tenant_keys_add(struct keyset *keyset, uint32_t tenant, int64_t now_ms)
{
    for (size_t i = 0; i < TENANT_USES; i++)
        TRY(key_add(keyset, tenant_uses[i], tenant, now_ms));
    return OK;
}

enum err keyset_add_tenant(struct keyset *keyset, struct bytes name, int64_t now_ms)
{
    struct keyring_image *image = &keyset->image;
    uint32_t key_count = image->key_count;
    enum err err;

    if (image->tenant_count == KEYRING_TENANTS_MAX || key_count + TENANT_USES > KEYRING_KEYS_MAX ||
        !bytes_copy_text(name, image->tenants[image->tenant_count], sizeof(*image->tenants)))
        return ERR_LIMIT;
    err = tenant_keys_add(keyset, image->tenant_count + 1, now_ms);
    if (err != OK) {
        image->key_count = key_count;
        return err;
    }
    image->tenant_count++;
    image->generation++;
    return OK;
}

void keyset_drop_tenant(struct keyset *keyset)
{
    keyset->image.key_count -= TENANT_USES;
    keyset->image.tenant_count--;
    keyset->image.generation--;
}

/* Whose file is it, and has anybody changed it? */
static enum err parts_authenticate(struct wrapper *wrapper, const struct keyring_parts *parts,
                                   struct why *why)
{
    uint8_t mark[HASH_SIZE];
    uint8_t mac[MAC_SIZE];

    wrapper_mark(wrapper, mark);
    if (!ct_equal(mark, parts->head.mark, sizeof(mark)))
        return why_say(why, ERR_FORGED,
                       "the root key is not the one that this keyring was made with: configure "
                       "the right one");
    wrapper_mac(wrapper, parts->body, mac);
    if (!ct_equal(mac, parts->mac.data, sizeof(mac)))
        return why_say(why, ERR_FORGED,
                       "the keyring was changed by somebody who does not have its root key: find "
                       "out who, and restore it from a backup");
    return OK;
}

static enum err key_unwrap(struct keyset *keyset, const struct keyring_key *key, struct why *why)
{
    struct aead_key *slot = key_slot(keyset, key->row.id);

    if (slot == NULL)
        return why_say(why, ERR_MEMORY,
                       "not enough memory can be locked for the keys: raise RLIMIT_MEMLOCK");
    if (key->row.state == KEY_DESTROYED)
        return OK;
    if (wrapper_open(keyset->wrapper, &key->row, key->wrapped, slot->key) != OK)
        return why_say(why, ERR_FORGED,
                       "key %u of the keyring was wrapped for another place: restore the keyring "
                       "from a backup",
                       key->row.id);
    return slot_finish(slot, key->row.use);
}

static enum err keys_unwrap(struct keyset *keyset, struct why *why)
{
    for (uint32_t i = 0; i < keyset->image.key_count; i++)
        TRY(key_unwrap(keyset, &keyset->image.keys[i], why));
    return OK;
}

enum err keyset_read(struct keyset *keyset, struct bytes file, const struct root_key *root,
                     struct why *why)
{
    struct keyring_parts parts;
    enum err err = keyring_file_read(file, &parts);

    if (err == ERR_NEWER)
        return why_say(why, err, "the keyring was written by a newer pangate: use that one");
    if (err != OK)
        return why_say(why, err, "the keyring is damaged, or is none: restore it from a backup");
    TRY(wrapper_new(root, parts.head.vault_id, &keyset->wrapper));
    TRY(parts_authenticate(keyset->wrapper, &parts, why));
    if (keyring_image_read(parts.body, &keyset->image) != OK)
        return why_say(why, ERR_CORRUPT,
                       "the keyring is authentic but makes no sense: restore it from a backup");
    return keys_unwrap(keyset, why);
}
