/*
 * The values of a tokenize request, judged: what stands in the JSON text becomes a card, a format
 * and a life.
 */
#ifndef PANGATE_SERVICE_CARD_REQUEST_H
#define PANGATE_SERVICE_CARD_REQUEST_H

#include "base/bytes.h"
#include "base/buf.h"
#include "card/card.h"
#include "card/token_format.h"
#include "service/blame.h"
#include "service/code.h"
#include "vault/record.h"

/* What the caller wrote; data == NULL: absent. Lent from the request body. SECRET. */
struct card_fields {
    struct bytes number, name, format, reuse, expires_at, customer;
    bool has_exp_month, has_exp_year;
    int64_t exp_month, exp_year;
    struct buf metadata;   /* encoded by metadata_put() ... */
    enum err metadata_err; /* ... as far as it could be: ERR_PAN_IN_TEXT, ERR_BAD_REQUEST */
    bool has_metadata;
    struct bytes cvc;
    uint8_t routes_storage[ROUTES_SIZE_MAX];
    struct buf routes; /* encoded by routes_put() ... */
    enum err routes_err;
    bool has_routes;
};

/* SECRET: AUTO(card_request_wipe). Kept until the outcome is there, since a taken token means
 * another draw. */
struct card_request {
    struct card card;
    enum token_format format;
    bool single;
    int64_t expires_at_ms; /* 0: never */
    struct about about;    /* all but its fingerprint */
    uint32_t draws;        /* so far */
    struct code code;      /* for the box, never for the record */
};

/* After code_let_go(). */
void card_request_wipe(struct card_request *request);

/*
 * Judge the values, each of them: 400 ERR_BAD_REQUEST for a text that is too long, an unknown
 * reuse or half an expiry; 422 ERR_BAD_PAN, ERR_BAD_EXPIRY, ERR_BAD_FORMAT, ERR_FORMAT_SMALL,
 * ERR_PAN_IN_TEXT. Of any use only if there is nothing to blame.
 */
void card_request_read(const struct card_fields *fields, int64_t now_ms,
                       struct card_request *ret_request, struct blame *blame);

/* Fill in what the about part says of the card's number. */
void card_request_describe(struct card_request *request);

/* The format named, or the default; ERR_BAD_FORMAT. */
enum err format_read(struct bytes name, enum token_format *ret_format);

/* RFC 3339, in the future; data == NULL: never, 0. ERR_BAD_EXPIRY. */
enum err expires_at_read(struct bytes text, int64_t now_ms, int64_t *ret_ms);

/* Both or none, within 1-12 and 2000-2099. */
enum err expiry_read(const struct card_fields *fields, struct expiry *ret_expiry,
                     const char **ret_field);

#endif
