/*
 * The card numbers of this very request, wherever their digits stand in the answer.
 *
 * What pan_find.h finds is a number by its form. These are known, so more can be said of them: they
 * are found within longer runs of digits, and split by whatever may stand between digits, up to
 * OWN_PAN_GAP_MAX characters at a time. Linear in the text for each number.
 */
#ifndef PANGATE_RELAY_OWN_PAN_H
#define PANGATE_RELAY_OWN_PAN_H

#include <stddef.h>
#include <stdint.h>

#include "card/pan_find.h"
#include "relay/mark.h"

enum { OWN_PAN_GAP_MAX = 3, OWN_PANS_MAX = MARKS_MAX };

struct own_pan { /* SECRET */
    struct pan pan;
    uint8_t shorter[PAN_DIGITS_MAX]; /* by how many digits have matched: the longest front of the
                                        number that they end with, and that is not all of them */
};

struct own_pans { /* SECRET: declare with AUTO(own_pans_wipe); begins zeroed */
    size_t count;
    struct own_pan list[OWN_PANS_MAX];
};

/* One that is there already is not added again; one too many is left to pan_find.h. */
void own_pans_add(struct own_pans *pans, const struct pan *pan);
void own_pans_wipe(struct own_pans *pans);

struct own_finder {                  /* SECRET; begins zeroed */
    uint64_t places[PAN_DIGITS_MAX]; /* of the last digits, a ring */
    uint64_t digits;                 /* read so far */
    unsigned gap;                    /* characters since the last one */
    uint8_t matched[OWN_PANS_MAX];   /* digits of each number */
};

struct own_character {
    uint8_t character;
    uint64_t place;
};

/* Read a character on. Says whether a number ends with it; if several do, the longest. */
bool own_finder_read(struct own_finder *finder, const struct own_pans *pans,
                     struct own_character here, struct pan_match *ret_match);

/* Where the earliest number that may still come would begin; UINT64_MAX if none has begun. */
uint64_t own_finder_open_from(const struct own_finder *finder, const struct own_pans *pans);

#endif
