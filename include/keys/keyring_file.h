/*
 * The form of the keyring file. Integers are big-endian.
 *
 *   magic "pgkeyrng", version (u16), vault id (16), root key's mark (32),
 *   generation (u64),
 *   tenants (u32), each: name (u8 length, bytes), numbered from 1,
 *   keys (u32), each: id (u32), use (u8), tenant (u32), state (u8), created (u64), expires (u64),
 *     wrapped key (72),
 *   MAC of all that (32), SHA-256 of all that (32).
 *
 * The hash needs no key, so that damage is told from a foreign root key. All of it is public: the
 * keys are wrapped. Nothing here checks the MAC; keyring_open() does, before it reads an image.
 */
#ifndef PANGATE_KEYS_KEYRING_FILE_H
#define PANGATE_KEYS_KEYRING_FILE_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "keys/keyring.h"
#include "keys/wrapper.h"

enum { KEYRING_FILE_MAX = 1024 * 1024 };

/* What stands before the tables. */
struct keyring_head {
    uint8_t vault_id[KEYRING_ID_SIZE];
    uint8_t mark[HASH_SIZE];
};

/* A file taken apart; lent from it. */
struct keyring_parts {
    struct keyring_head head;
    struct bytes body; /* what the MAC covers */
    struct bytes mac;
};

/* ERR_CORRUPT if it is no keyring, cut short or damaged; ERR_NEWER for a later version. */
enum err keyring_file_read(struct bytes file, struct keyring_parts *ret_parts);

/* Append MAC and hash to a body. */
void keyring_file_end(const uint8_t mac[MAC_SIZE], struct buf *file);

struct keyring_key {
    struct key_row row;
    uint8_t wrapped[WRAPPER_WRAPPED_SIZE]; /* zeros once destroyed */
};

/* The tables. Both have room for their maximum from the start and never move. */
struct keyring_image {
    struct keyring_head head;
    uint64_t generation;
    uint32_t tenant_count;
    uint32_t key_count;
    char (*tenants)[KEYRING_NAME_MAX + 1];
    struct keyring_key *keys;
};

enum err keyring_image_init(struct keyring_image *image); /* ERR_MEMORY */
void keyring_image_done(struct keyring_image *image);

/*
 * Fill an initialised image from a body. ERR_CORRUPT, with a half-filled image, unless ids run
 * from 1, names are 1 to KEYRING_NAME_MAX bytes, each key's tenant exists and its use is one of a
 * tenant's or the vault's, as it must be.
 */
enum err keyring_image_read(struct bytes body, struct keyring_image *image);
void keyring_image_write(const struct keyring_image *image, struct buf *body);

/* True for the uses whose keys belong to a tenant. */
bool key_use_is_tenants(enum key_use use);

#endif
