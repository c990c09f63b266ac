/*
 * A stored card: a clear header and two sealed parts.
 *
 * The `card` part (PAN, name) is opened for detokenize and forward only. The `about` part (brand,
 * first six, last four, expiry, customer, metadata, routes, fingerprint) is opened for everything
 * else; its additional data is the whole header, so a header that was changed does not open.
 * XAES-256-GCM (C2SP); keys by id from the keyring. A record and its key take at most 2,000 bytes,
 * so that LMDB needs no overflow page.
 */
#ifndef PANGATE_VAULT_RECORD_H
#define PANGATE_VAULT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "card/brand.h"
#include "card/card.h"
#include "card/token.h"
#include "card/token_format.h"
#include "keys/key_user.h"

enum {
    RECORD_SIZE_MAX = 1940,   /* with key (34) and entry number (8) under 2,000 */
    CUSTOMER_SIZE = 129,      /* with NUL */
    METADATA_SIZE_MAX = 1200, /* encoded pairs: name (bytes8), value (bytes16) */
    ROUTES_SIZE_MAX = 160,    /* encoded names: bytes8 each; none: bound to no route */
    FINGERPRINT_SIZE = 16,
};

/* Where a record lives. Part of the additional data of both parts. */
struct record_place {
    uint32_t tenant;
    struct token token;
};

struct record_header {
    uint32_t card_key, about_key; /* key ids */
    uint32_t version;             /* 1, 2, ... */
    enum token_format format;
    bool single; /* reuse; a multi record has an index row */
    int64_t created_ms;
    int64_t expires_at_ms; /* 0: never */
    uint8_t index[32];     /* zeros for single */
};

/* A token that nobody should ever use. It is sealed which one is, and what follows. */
enum canary { CANARY_NONE, CANARY_ALARMS, CANARY_QUARANTINES };

/* What may be shown to `inspect`. SECRET enough to be wiped: AUTO(about_wipe). */
struct about {
    char first6[7], last4[5]; /* by the truncation rules; first6 may be shorter */
    uint8_t length;
    enum brand brand;
    struct expiry expiry;
    char customer[CUSTOMER_SIZE];
    bool has_customer;
    uint8_t metadata[METADATA_SIZE_MAX];
    uint16_t metadata_size;
    bool has_metadata;
    uint8_t routes[ROUTES_SIZE_MAX];
    uint16_t routes_size;
    uint8_t fingerprint[FINGERPRINT_SIZE];
    enum canary canary; /* never to be shown */
};

/* A sealed record, as it lies in LMDB. Not secret. */
struct record {
    uint16_t size; /* 0: none */
    uint8_t data[RECORD_SIZE_MAX];
};

static inline struct bytes record_bytes(const struct record *record)
{
    return bytes_of(record->data, record->size);
}

void about_wipe(struct about *about);

/* What a record is made from; lent. */
struct record_draft {
    const struct record_place *place;
    struct record_header header;
    const struct card *card; /* for record_seal() only */
    const struct about *about;
};

/* Seal both parts under the tenant's active data key. The header's card_key, about_key and version
 * (1) are set here. ERR_LIMIT if it is larger than RECORD_SIZE_MAX, ERR_NOT_FOUND without a key. */
enum err record_seal(struct key_user *user, struct record_draft *draft, struct record *ret_record);

/* Seal a changed header and about part around the card part of `old`, which stays sealed. Of the
 * draft's header only expires_at_ms and index are the caller's: the rest is set here, the version
 * to the one after that of `old`. ERR_VAULT_DAMAGED. */
enum err record_change(struct key_user *user, struct bytes old, struct record_draft *draft,
                       struct record *ret_record);

/* The clear header: what it says is proved only by record_open_about(). ERR_VAULT_DAMAGED. */
enum err record_read_header(struct bytes record, struct record_header *ret_header);

/* A record opened as far as `inspect` goes: AUTO(record_opened_wipe). */
struct record_opened {
    struct record_header header; /* proved */
    struct about about;
};

void record_opened_wipe(struct record_opened *opened);

/* ERR_VAULT_DAMAGED if anything does not fit: header, place, tag. ERR_NOT_FOUND: no such key. */
enum err record_open_about(struct key_user *user, const struct record_place *place,
                           struct bytes record, struct record_opened *ret_opened);

/* PAN and name only; call record_open_about() first, it proves the header. Errors as there. */
enum err record_open_card(struct key_user *user, const struct record_place *place,
                          struct bytes record, struct card *ret_card);

/* The record without its card part, for answering an idempotent request again. */
void record_without_card(const struct record *record, struct record *ret_record);

#endif
