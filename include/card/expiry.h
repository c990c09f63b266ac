/*
 * The month in which a card ends. A past one is as good as any other: refunds need it.
 */
#ifndef PANGATE_CARD_EXPIRY_H
#define PANGATE_CARD_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct expiry {
    uint8_t month; /* 1..12; 0 if the card's expiry is not known */
    uint16_t year; /* 2000..2099; 0 likewise */
};

/* ERR_BAD_EXPIRY if the month or the year is out of range. */
enum err expiry_make(int64_t month, int64_t year, struct expiry *ret_expiry);

static inline bool expiry_is_known(struct expiry expiry)
{
    return expiry.month != 0;
}

#endif
