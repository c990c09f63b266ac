/*
 * The check digit of card numbers (ISO/IEC 7812-1, annex B; "Luhn").
 *
 * Counted from the right, every second digit is doubled and the digits of the product are added;
 * the sum of all must be a multiple of ten. It finds every wrong digit and every swapped pair of
 * neighbours but 09 and 90. The all-zero number passes: it is refused elsewhere.
 */
#ifndef PANGATE_CARD_CHECK_DIGIT_H
#define PANGATE_CARD_CHECK_DIGIT_H

#include <stddef.h>
#include <stdint.h>

/*
 * The sum modulo ten over `count` digits (0..9, at most 32 of them); 0 means that they pass.
 * CT: only `count` may leak.
 */
uint32_t check_digit_remainder(const uint8_t *digits, size_t count);

#endif
