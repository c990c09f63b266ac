/*
 * Characters of an answer that wait until it is known whether they belong to a card number, and
 * what becomes of them then.
 */
#ifndef PANGATE_RELAY_HELD_H
#define PANGATE_RELAY_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "card/pan_find.h"
#include "card/token.h"
#include "relay/glyph.h"

enum { ANSWER_HELD_MAX = 256, HELD_MATCHES_MAX = 24 };

/* How a token is found for a number: the caller picks, if there are several. */
struct held_vault {
    bool (*find)(void *context, const struct pan *pan, struct token *ret_token);
    void *context;
};

enum held_fate {
    HELD_KEEP,
    HELD_STAR,    /* a digit that is hidden */
    HELD_GONE,    /* nothing comes in its place */
    HELD_REPLACE, /* the first character of a match: its text comes in its place */
    HELD_CODE,    /* a digit of a security code */
};

enum held_place {
    HELD_TEXT,        /* any text may come in its place */
    HELD_NUMBER,      /* within a JSON number that is held as a whole */
    HELD_LONG_NUMBER, /* within one whose beginning is gone */
};

struct held_glyph { /* SECRET */
    uint8_t raw[GLYPH_SIZE_MAX];
    uint8_t raw_size, character;
    uint8_t fate, place; /* enum held_fate, enum held_place */
    uint8_t match;       /* HELD_REPLACE: whose text */
};

struct held_match { /* SECRET */
    uint64_t start;
    size_t size;
    struct pan pan;
    uint8_t text[TOKEN_SIZE_MAX]; /* what comes in its place */
    uint8_t text_size;
};

struct held {       /* SECRET */
    uint64_t first; /* the place of glyphs[0] */
    size_t count;
    struct held_glyph glyphs[ANSWER_HELD_MAX];
    struct held_match matches[HELD_MATCHES_MAX];
    size_t match_count;
};

void held_init(struct held *held);
void held_done(struct held *held); /* wipes it */

static inline bool held_is_full(const struct held *held)
{
    return held->count == ANSWER_HELD_MAX;
}

/* Add a character at the end; there must be room. */
void held_add(struct held *held, struct glyph glyph, const uint8_t *raw, enum held_place place);

/* A card number lies there; one that is known already counts once. If there is no room for one
 * more, its digits become stars at once. */
void held_add_match(struct held *held, const struct pan_match *match);

/* The last `size` characters are digits of a security code. */
void held_add_code(struct held *held, size_t size);

/* From `start` on the characters belong to a number that is too long to be held. */
void held_give_up_number(struct held *held, uint64_t start);

/* How far all is settled if nothing can change before `end`: not into the middle of a match
 * or of a number. */
uint64_t held_settled(const struct held *held, uint64_t end);

/* Turn matches that begin before `end` and reach behind it into stars. */
void held_cut(struct held *held, uint64_t end);

/* Write out and let go of the characters before `end`, which is settled. */
void held_flush(struct held *held, uint64_t end, const struct held_vault *vault, struct buf *out);

#endif
