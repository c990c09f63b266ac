/*
 * The keys of session tickets: a new one every TICKET_LIFE_S, the one before it for as long again,
 * then gone (RFC 9325, section 3.4: changed regularly and destroyed). Kept in memory that is locked
 * and never dumped. Times are of the monotonic clock. Any thread.
 */
#ifndef PANGATE_NET_TICKET_KEYS_H
#define PANGATE_NET_TICKET_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { TICKET_LIFE_S = 60 * 60 };

struct evp_cipher_ctx_st;
struct evp_mac_ctx_st;
struct ticket_keys;

enum err ticket_keys_new(struct ticket_keys **ret_keys);
void ticket_keys_free(struct ticket_keys *keys); /* wipes; accepts NULL */

/* One ticket: its key's name, its IV, and the contexts that encrypt and authenticate it. */
struct ticket_seal {
    unsigned char *name; /* 16 bytes */
    unsigned char *iv;   /* 16 bytes */
    struct evp_cipher_ctx_st *cipher;
    struct evp_mac_ctx_st *mac;
};

/* Choose a key for a new ticket and set the contexts. ERR_CRYPTO. */
enum err ticket_keys_seal(struct ticket_keys *keys, const struct ticket_seal *seal, int64_t now_ms);

/* Set the contexts for a ticket that came back. ERR_NOT_FOUND if its key is gone; *ret_renew says
 * that it was the one before the current. */
enum err ticket_keys_open(struct ticket_keys *keys, const struct ticket_seal *seal, int64_t now_ms,
                          bool *ret_renew);

#endif
