/*
 * What a card says on its face.
 */
#ifndef PANGATE_CARD_CARD_H
#define PANGATE_CARD_CARD_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "card/expiry.h"
#include "card/pan.h"

enum { CARD_NAME_MAX = 128 };

struct card { /* SECRET: declare with AUTO(card_wipe) */
    struct pan pan;
    struct expiry expiry;        /* may be unknown */
    uint8_t name_size;           /* 0 if there is none */
    uint8_t name[CARD_NAME_MAX]; /* UTF-8, no NUL behind it */
};

/* ERR_BAD_REQUEST if it is longer than CARD_NAME_MAX; the card is then untouched. */
enum err card_set_name(struct card *card, struct bytes name);

static inline struct bytes card_name(const struct card *card)
{
    return bytes_of(card->name, card->name_size);
}

void card_wipe(struct card *card);

#endif
