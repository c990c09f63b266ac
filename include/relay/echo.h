/*
 * Security codes that come back: is this digit group one that we put in?
 *
 * It is behind a word that names one ("cvc", "cvv2", "security_code"), wherever it stands. Behind
 * any other word it is if it is a whole value: a string, the text of an element, the value of a
 * form or of a header, a number of JSON. Three digits may also be an amount by chance: a whole
 * value whose name says that it is one (amount, currency, status, year and the like), and a number
 * that is called nothing but "value", are left alone.
 */
#ifndef PANGATE_RELAY_ECHO_H
#define PANGATE_RELAY_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "relay/mark.h"

enum { CODE_DIGITS_MIN = 3, CODE_DIGITS_MAX = 4, ECHO_BEFORE_MAX = 128 };

struct echo_code {                   /* SECRET */
    uint8_t digits[CODE_DIGITS_MAX]; /* ASCII */
    uint8_t count;
};

struct echo_codes { /* SECRET: declare with AUTO(echo_codes_wipe); begins zeroed */
    struct echo_code list[MARKS_MAX];
    size_t count;
};

/* ERR_LIMIT if it is none of three or four digits, or one too many. */
enum err echo_codes_add(struct echo_codes *codes, struct bytes code);
void echo_codes_wipe(struct echo_codes *codes);

struct echo {                        /* SECRET; begins zeroed */
    uint8_t before[ECHO_BEFORE_MAX]; /* the last characters, a ring */
    size_t place;                    /* of the next one */
    uint8_t group[CODE_DIGITS_MAX];  /* the digit group so far, in ASCII */
    uint8_t group_size;              /* more than CODE_DIGITS_MAX: too long for a code */
};

/* What a digit group that ends is part of. */
enum echo_place { ECHO_IN_TEXT, ECHO_IS_NUMBER /* of JSON, and all of it */ };

/* Read a character on. The number of digits just before it that are such a code, or 0; `place` is
 * theirs. */
size_t echo_read(struct echo *echo, const struct echo_codes *codes, uint8_t character,
                 enum echo_place place);

/* Read over characters of which none is a digit. */
void echo_skip(struct echo *echo, struct bytes characters);

#endif
