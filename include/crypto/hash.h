/*
 * SHA-256 (FIPS 180-4).
 *
 * A struct hash is a context that is set up once and used for many texts, one after the other,
 * by one thread at a time. Hashing cannot fail but for lack of memory, which is a must().
 */
#ifndef PANGATE_CRYPTO_HASH_H
#define PANGATE_CRYPTO_HASH_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum { HASH_SIZE = 32 };

struct hash;

enum err hash_new(struct hash **ret_hash); /* ERR_CRYPTO */
void hash_free(struct hash *hash);

/* Begin anew, whatever was begun before. */
void hash_begin(struct hash *hash);
void hash_add(struct hash *hash, struct bytes text);
void hash_end(struct hash *hash, uint8_t ret_hash[HASH_SIZE]);

/* Begin, add, end. */
void hash_of(struct hash *hash, struct bytes text, uint8_t ret_hash[HASH_SIZE]);

/* Without a context, at four times the cost: where it happens once. */
void hash_sha256(struct bytes text, uint8_t ret_hash[HASH_SIZE]);

#endif
