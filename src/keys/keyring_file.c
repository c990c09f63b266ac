#include "keys/keyring_file.h"

#include <stdlib.h>

#include "base/cursor.h"

#define MAGIC "pgkeyrng"

enum { MAGIC_SIZE = sizeof(MAGIC) - 1, VERSION = 1 };

/* What one tenant and one key take at most; the widest file must be readable again. */
enum {
    TENANT_SIZE = 1 + KEYRING_NAME_MAX,
    KEY_SIZE = 4 + 1 + 4 + 1 + 8 + 8 + WRAPPER_WRAPPED_SIZE,
    TABLES_MAX = KEYRING_TENANTS_MAX * TENANT_SIZE + KEYRING_KEYS_MAX * KEY_SIZE
};

_Static_assert(TABLES_MAX + 256 <= KEYRING_FILE_MAX, "the widest keyring fits");

/* Magic, version and head. */
static enum err head_read(struct cursor *cursor, struct keyring_head *ret_head)
{
    struct bytes magic = cursor_bytes(cursor, MAGIC_SIZE);
    uint16_t version = cursor_u16(cursor);

    if (!bytes_equal(magic, bytes_lit(MAGIC)) || cursor->failed || version == 0)
        return ERR_CORRUPT;
    if (version > VERSION)
        return ERR_NEWER;
    cursor_copy(cursor, ret_head->vault_id, KEYRING_ID_SIZE);
    cursor_copy(cursor, ret_head->mark, HASH_SIZE);
    return cursor_check(cursor);
}

enum err keyring_file_read(struct bytes file, struct keyring_parts *ret_parts)
{
    struct cursor cursor = cursor_on(file);
    struct keyring_parts parts;
    uint8_t hash[HASH_SIZE];

    TRY(head_read(&cursor, &parts.head));
    if (cursor.rest.size < MAC_SIZE + HASH_SIZE)
        return ERR_CORRUPT;
    parts.body = bytes_of(file.data, file.size - MAC_SIZE - HASH_SIZE);
    parts.mac = bytes_of(file.data + parts.body.size, MAC_SIZE);
    hash_sha256(bytes_of(file.data, file.size - HASH_SIZE), hash);
    if (!bytes_equal(bytes_from(file, file.size - HASH_SIZE), bytes_of(hash, HASH_SIZE)))
        return ERR_CORRUPT;
    *ret_parts = parts;
    return OK;
}

void keyring_file_end(const uint8_t mac[MAC_SIZE], struct buf *file)
{
    uint8_t hash[HASH_SIZE];

    buf_add(file, bytes_of(mac, MAC_SIZE));
    hash_sha256(buf_bytes(file), hash);
    buf_add(file, bytes_of(hash, HASH_SIZE));
}

enum err keyring_image_init(struct keyring_image *image)
{
    *image = (struct keyring_image){
        .tenants = calloc(KEYRING_TENANTS_MAX, sizeof(*image->tenants)),
        .keys = calloc(KEYRING_KEYS_MAX, sizeof(*image->keys)),
    };
    if (image->tenants == NULL || image->keys == NULL) {
        keyring_image_done(image);
        return ERR_MEMORY;
    }
    return OK;
}

void keyring_image_done(struct keyring_image *image)
{
    free(image->tenants);
    free(image->keys);
    *image = (struct keyring_image){ 0 };
}

bool key_use_is_tenants(enum key_use use)
{
    return use < KEY_JOURNAL;
}

static void tenants_read(struct cursor *cursor, struct keyring_image *image)
{
    uint32_t count = cursor_u32(cursor);

    if (count > KEYRING_TENANTS_MAX)
        cursor_fail(cursor);
    for (uint32_t i = 0; i < count && !cursor->failed; i++) {
        cursor_text8(cursor, image->tenants[i], sizeof(image->tenants[i]));
        if (image->tenants[i][0] == '\0')
            cursor_fail(cursor);
    }
    image->tenant_count = cursor->failed ? 0 : count;
}

static bool row_makes_sense(const struct keyring_image *image, const struct key_row *row)
{
    return row->use >= KEY_DATA && row->use <= KEY_LOG_SIGN && row->state >= KEY_ACTIVE &&
           row->state <= KEY_DESTROYED && row->tenant <= image->tenant_count &&
           key_use_is_tenants(row->use) == (row->tenant != KEYRING_NO_TENANT);
}

static void key_read(struct cursor *cursor, struct keyring_key *key)
{
    key->row.id = cursor_u32(cursor);
    key->row.use = cursor_u8(cursor);
    key->row.tenant = cursor_u32(cursor);
    key->row.state = cursor_u8(cursor);
    key->row.created_ms = (int64_t)cursor_u64(cursor);
    key->row.expires_ms = (int64_t)cursor_u64(cursor);
    cursor_copy(cursor, key->wrapped, WRAPPER_WRAPPED_SIZE);
}

static void keys_read(struct cursor *cursor, struct keyring_image *image)
{
    uint32_t count = cursor_u32(cursor);

    if (count > KEYRING_KEYS_MAX)
        cursor_fail(cursor);
    for (uint32_t i = 0; i < count && !cursor->failed; i++) {
        key_read(cursor, &image->keys[i]);
        if (image->keys[i].row.id != i + 1 || !row_makes_sense(image, &image->keys[i].row))
            cursor_fail(cursor);
    }
    image->key_count = cursor->failed ? 0 : count;
}

enum err keyring_image_read(struct bytes body, struct keyring_image *image)
{
    struct cursor cursor = cursor_on(body);

    TRY(head_read(&cursor, &image->head));
    image->generation = cursor_u64(&cursor);
    tenants_read(&cursor, image);
    keys_read(&cursor, image);
    return cursor_end(&cursor);
}

static void key_write(const struct keyring_key *key, struct buf *body)
{
    buf_add_u32(body, key->row.id);
    buf_add_u8(body, (uint8_t)key->row.use);
    buf_add_u32(body, key->row.tenant);
    buf_add_u8(body, (uint8_t)key->row.state);
    buf_add_u64(body, (uint64_t)key->row.created_ms);
    buf_add_u64(body, (uint64_t)key->row.expires_ms);
    buf_add(body, bytes_of(key->wrapped, WRAPPER_WRAPPED_SIZE));
}

void keyring_image_write(const struct keyring_image *image, struct buf *body)
{
    buf_add(body, bytes_lit(MAGIC));
    buf_add_u16(body, VERSION);
    buf_add(body, bytes_of(image->head.vault_id, KEYRING_ID_SIZE));
    buf_add(body, bytes_of(image->head.mark, HASH_SIZE));
    buf_add_u64(body, image->generation);
    buf_add_u32(body, image->tenant_count);
    for (uint32_t i = 0; i < image->tenant_count; i++)
        buf_add_bytes8(body, bytes_str(image->tenants[i]));
    buf_add_u32(body, image->key_count);
    for (uint32_t i = 0; i < image->key_count; i++)
        key_write(&image->keys[i], body);
}
