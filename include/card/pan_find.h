/*
 * Card numbers in text.
 *
 * One is any series of whole digit groups, joined by single spaces or dashes, of 12 to 19 digits
 * in all, that passes the check digit, begins like a known brand and not with 99. A group is a
 * longest run of ASCII digits. Series may overlap. Time is linear in the text.
 *
 * So what stands inside a longer run of digits is none. With check digit, known brand and that
 * brand's usual length 21 of 100 random references of 23 digits (a card acquirer's, say) hold one,
 * 38 of 100 of 32 digits: to refuse those would refuse what honest callers send every day.
 */
#ifndef PANGATE_CARD_PAN_FIND_H
#define PANGATE_CARD_PAN_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "card/pan.h"

/* The next card number at or after *from, where a match ended or the text begins: of those that
 * end first, the longest. *from moves behind it, so that matches do not overlap. False, and both
 * untouched, if there is none. */
bool pan_find(struct bytes text, size_t *from, struct bytes *ret_match);

bool text_holds_pan(struct bytes text);

/*
 * The same for text that comes in pieces: a machine that reads one character at a time, whatever
 * a character is to the caller (a byte, an escape), and says of every series when it is over.
 */
enum {
    PAN_MATCHES_MAX = PAN_DIGITS_MAX - PAN_DIGITS_MIN + 1,
    PAN_TEXT_MAX = 2 * PAN_DIGITS_MAX - 1
};

/* Stands for a character outside ASCII, or the end of the text. */
enum { PAN_NO_CHARACTER = 0x80 };

struct pan_match {  /* SECRET */
    uint64_t start; /* the place of its first character, counted from 0 */
    size_t size;    /* in characters, at most PAN_TEXT_MAX; a series ends where it was reported */
    struct pan pan;
};

struct pan_matches {                        /* SECRET: declare with AUTO(pan_matches_wipe) */
    struct pan_match list[PAN_MATCHES_MAX]; /* the longest first; all end at the same place */
    size_t count;
};

struct pan_group {
    uint64_t start;
    uint8_t size;
};

struct pan_finder {                 /* SECRET: declare with AUTO(pan_finder_wipe); begins zeroed */
    uint8_t digits[PAN_DIGITS_MAX]; /* of all groups that a coming match may begin with */
    uint8_t digit_count;
    struct pan_group groups[PAN_DIGITS_MAX];
    uint8_t group_count;
    bool in_group;  /* the last character was a digit */
    bool too_long;  /* the group has more digits than any card */
    uint64_t place; /* of the next character */
};

/* Read a character on. Gives the matches that ended just before it. */
void pan_finder_read(struct pan_finder *finder, uint8_t character, struct pan_matches *ret_matches);

/* Read over `count` characters of which none is a digit, while no match may be under way. */
void pan_finder_skip(struct pan_finder *finder, size_t count);

/* Where the earliest match that may still come would begin; the place of the next character if
 * none has begun. What stands before it is settled. */
uint64_t pan_finder_open_from(const struct pan_finder *finder);

void pan_finder_wipe(struct pan_finder *finder);
void pan_matches_wipe(struct pan_matches *matches);

#endif
