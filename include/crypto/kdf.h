/*
 * Deriving keys from a key: HKDF-SHA-256 (RFC 5869).
 */
#ifndef PANGATE_CRYPTO_KDF_H
#define PANGATE_CRYPTO_KDF_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum { KDF_SIZE_MAX = 255 * 32 };

struct kdf_input {
    struct bytes secret; /* SECRET, the caller's */
    struct bytes salt;   /* may be empty */
    struct bytes info;   /* what the derived key is for */
};

/* ERR_LIMIT if size is 0 or above KDF_SIZE_MAX; ERR_CRYPTO. What it writes is SECRET. */
enum err kdf_hkdf(const struct kdf_input *input, uint8_t *ret_key, size_t size);

#endif
