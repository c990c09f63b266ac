/*
 * Signatures: Ed25519 (RFC 8032, section 5.1).
 */
#ifndef PANGATE_CRYPTO_SIGN_H
#define PANGATE_CRYPTO_SIGN_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum { SIGN_SEED_SIZE = 32, SIGN_PUBLIC_SIZE = 32, SIGN_SIGNATURE_SIZE = 64 };

/* The public half of a seed. The seed is SECRET, the caller's, 32 random bytes. ERR_CRYPTO. */
enum err sign_public_key(const uint8_t seed[SIGN_SEED_SIZE], uint8_t ret_public[SIGN_PUBLIC_SIZE]);

/* ERR_CRYPTO. */
enum err sign_text(const uint8_t seed[SIGN_SEED_SIZE], struct bytes text,
                   uint8_t ret_signature[SIGN_SIGNATURE_SIZE]);

/* ERR_FORGED if the signature is not one of this text by this key. */
enum err sign_verify(const uint8_t public_key[SIGN_PUBLIC_SIZE], struct bytes text,
                     const uint8_t signature[SIGN_SIGNATURE_SIZE]);

#endif
