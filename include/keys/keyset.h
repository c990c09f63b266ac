/*
 * A keyring's keys in memory: the image of the file, and each key unwrapped.
 *
 * One thread's business, and this layer's; keyring.c shares it. What stands below the image's
 * counts never moves and never changes, so a reader who knows an older count is not disturbed by
 * what is added behind it.
 */
#ifndef PANGATE_KEYS_KEYSET_H
#define PANGATE_KEYS_KEYSET_H

#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/why.h"
#include "keys/keyring_file.h"

enum {
    KEYSET_CHUNK_KEYS = 4096 / sizeof(struct aead_key),
    KEYSET_CHUNKS_MAX = KEYRING_KEYS_MAX / KEYSET_CHUNK_KEYS + 1
};

/* SECRET; in secret_new() memory, a page each, so that a small keyring locks little. */
struct keyset_chunk {
    struct aead_key keys[KEYSET_CHUNK_KEYS];
};

struct keyset {
    struct wrapper *wrapper;
    struct keyring_image image;
    struct keyset_chunk *chunks[KEYSET_CHUNKS_MAX];
};

enum err keyset_init(struct keyset *keyset); /* ERR_MEMORY */
void keyset_done(struct keyset *keyset);

/* Begin a vault: an id, and the vault's own keys, into an empty set. ERR_MEMORY, ERR_CRYPTO. */
enum err keyset_make(struct keyset *keyset, const struct root_key *root, int64_t now_ms);

/* Check a whole file and unwrap its keys into an empty set; errors as keyring_open(). */
enum err keyset_read(struct keyset *keyset, struct bytes file, const struct root_key *root,
                     struct why *why);

/* Append the whole file. ERR_LIMIT. */
enum err keyset_write(const struct keyset *keyset, struct buf *file);

/* A tenant, its keys and the next generation. ERR_LIMIT, ERR_MEMORY, ERR_CRYPTO; then all is as
 * before. The name is checked by the caller. */
enum err keyset_add_tenant(struct keyset *keyset, struct bytes name, int64_t now_ms);

/* Take back what keyset_add_tenant() added last. */
void keyset_drop_tenant(struct keyset *keyset);

/* Lent; SECRET. The id is one of the image's. */
const struct aead_key *keyset_key(const struct keyset *keyset, uint32_t key_id);

#endif
