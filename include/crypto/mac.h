/*
 * HMAC-SHA-256 (RFC 2104, FIPS 198-1) under a key that is set once.
 *
 * SECRET: a struct mac holds the hash states after the two key pads, not the key. It lies in
 * memory that is wiped when freed. One thread at a time. A MAC cannot fail but for lack of
 * memory, which is a must(). Compare MACs with ct_equal().
 */
#ifndef PANGATE_CRYPTO_MAC_H
#define PANGATE_CRYPTO_MAC_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum { MAC_KEY_SIZE = 32, MAC_SIZE = 32 };

struct mac;

enum err mac_new(const uint8_t key[MAC_KEY_SIZE], struct mac **ret_mac); /* ERR_CRYPTO */
void mac_free(struct mac *mac);

/* Begin anew, whatever was begun before. */
void mac_begin(struct mac *mac);
void mac_add(struct mac *mac, struct bytes text);
void mac_end(struct mac *mac, uint8_t ret_mac[MAC_SIZE]);

/* Begin, add, end. */
void mac_of(struct mac *mac, struct bytes text, uint8_t ret_mac[MAC_SIZE]);

#endif
