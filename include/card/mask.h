/*
 * As much of a card number as may be shown and stored in the clear.
 *
 * PCI SSC FAQ 1091 (truncation) lets a number of any length keep its first six digits and its
 * last four; masks show no more than that. Some lengths may keep eight and four, which tokens use.
 */
#ifndef PANGATE_CARD_MASK_H
#define PANGATE_CARD_MASK_H

#include <stdbool.h>
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

/* Whether eight digits in front and four at the end may be kept: with sixteen digits four must
 * stay hidden, with seventeen to nineteen six; shorter numbers keep six in front. */
bool mask_may_keep_first8(unsigned pan_length);

#endif
