/*
 * Card numbers out of thin air: of any length, right check digit, not beginning with 99.
 */
#ifndef PANGATE_TESTS_CARD_RANDOM_PAN_H
#define PANGATE_TESTS_CARD_RANDOM_PAN_H

#include "card/check_digit.h"
#include "card/pan.h"
#include "crypto/random.h"

static inline struct pan random_pan(struct random *random, unsigned length)
{
    struct pan pan = { .count = (uint8_t)length };

    for (unsigned i = 0; i < length; i++)
        pan.digits[i] = (uint8_t)random_below(random, 10);
    if (pan.digits[0] == 9 || pan.digits[0] == 0)
        pan.digits[0] = 4;
    while (check_digit_remainder(pan.digits, length) != 0)
        pan.digits[length - 1] = (uint8_t)((pan.digits[length - 1] + 1) % 10);
    return pan;
}

#endif
