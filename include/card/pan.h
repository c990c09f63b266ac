/*
 * A primary account number in memory (ISO/IEC 7812-1).
 *
 * A struct of digits, not a string, so that printing, logging or comparing one by accident does
 * not compile. Show mask_of(); compare with pan_equal(). Nothing here allocates.
 */
#ifndef PANGATE_CARD_PAN_H
#define PANGATE_CARD_PAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

enum { PAN_DIGITS_MIN = 12, PAN_DIGITS_MAX = 19 };

struct pan {                        /* SECRET: declare with AUTO(pan_wipe) */
    uint8_t digits[PAN_DIGITS_MAX]; /* 0..9, not ASCII; zeros after the last */
    uint8_t count;
};

/*
 * Read a card number: 12 to 19 ASCII digits with a right check digit, not all zero, and not
 * beginning with 99, where some tokens live and no card does. Spaces and dashes between digits
 * are read over; the text begins and ends with a digit. ERR_BAD_PAN for anything else; *ret_pan
 * is then untouched.
 * CT: how many digits there are, where they stand, every other byte and the result may leak; the
 * values of the digits do not.
 */
enum err pan_parse(struct bytes text, struct pan *ret_pan);

void pan_wipe(struct pan *pan);

/* CT: the result may leak, and the lengths. */
bool pan_equal(const struct pan *a, const struct pan *b);

/* The digits in ASCII, without spaces, into a buffer that wipes itself.
 * CT: the length may leak. */
void pan_write_ascii(const struct pan *pan, struct buf *out);

/* The first or last `count` digits in ASCII with a NUL behind them; no more than PCI DSS 3.4.1
 * and the truncation rules (mask.h) let out: at most eight, and at most four. */
void pan_first(const struct pan *pan, unsigned count, char *ret_text);
void pan_last(const struct pan *pan, unsigned count, char *ret_text);

#endif
