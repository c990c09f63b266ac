/*
 * A card in the vault with all the rows that belong to it: token, index, expiry, customer.
 *
 * Each function stages the changes of one step of a card's life in the entry at hand; its number
 * is that of the entry that will be entered with them.
 */
#ifndef PANGATE_VAULT_HOLDING_H
#define PANGATE_VAULT_HOLDING_H

#include "vault/ledger.h"

enum { HOLDING_VALUE_MAX = RECORD_SIZE_MAX + 128 };

struct holding {
    struct record_place place;
    struct record_header header; /* clear, not proved: the worker opens the record */
    struct token_row row;        /* its record lies in `value` */
    uint64_t used_by;            /* of one that lies in `used`: the entry, and until when */
    int64_t keep_until_ms;
    struct buf value;
    uint8_t storage[HOLDING_VALUE_MAX];
};

/* The live card of a token. ERR_NO_TOKEN for one that is unknown, used, erased or over;
 * ERR_VAULT_DAMAGED. */
enum err holding_find(struct ledger *ledger, const struct record_place *place,
                      struct holding *ret_holding);

/* Also one that is over, as long as it has not been swept. */
enum err holding_find_any(struct ledger *ledger, const struct record_place *place,
                          struct holding *ret_holding);

/* One that was used up, as long as its row is there. ERR_NO_TOKEN. */
enum err holding_find_used(struct ledger *ledger, const struct record_place *place,
                           struct holding *ret_holding);

/* Whether such a one may still be answered with, or brought back. */
bool holding_is_kept(const struct ledger *ledger, const struct holding *holding);

/* A copy of its record, for an outcome. */
void holding_lend(const struct holding *holding, struct record *ret_record);

/* A card that comes in: value and storage are not used. */
void holding_store(struct ledger *ledger, const struct holding *holding);

/* Another record in place of the one there is: `changed` has row and header. */
void holding_change(struct ledger *ledger, const struct holding *holding,
                    const struct holding *changed);

/* It is gone: erased, expired, or used up with nothing to be kept. */
enum err holding_end(struct ledger *ledger, const struct holding *holding);

/* Used up; the record is kept for replays until then. */
enum err holding_use(struct ledger *ledger, const struct holding *holding, int64_t keep_until_ms);

/* Of a used one: it was not used after all; or nothing may bring it back. */
void holding_return(struct ledger *ledger, const struct holding *holding);
void holding_forget(struct ledger *ledger, const struct holding *holding);

#endif
