/*
 * As much of a card number as may be shown and stored in the clear.
 *
 * PCI SSC FAQ 1091 (truncation) lets a number of any length keep its first six digits and its
 * last four. (Sixteen digits might keep eight and four; we show the same for all.) With twelve
 * digits two remain hidden, with sixteen six.
 */
#ifndef PANGATE_CARD_MASK_H
#define PANGATE_CARD_MASK_H

#include <stdint.h>

#include "base/buf.h"
#include "card/pan.h"

struct mask { /* not secret */
    char first6[6 + 1];
    char last4[4 + 1];
    uint8_t length; /* of the whole number */
};

struct mask mask_of(const struct pan *pan);

/* 411111******1111, as long as the number. */
void mask_write(const struct mask *mask, struct buf *out);

#endif
