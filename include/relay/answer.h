/*
 * What comes back from a processor, cleaned on its way to the caller.
 *
 * Every card number (pan_find.h), digits escaped or split by chunk borders included, becomes its
 * token, or 411111******1111 if the vault has none. Where the same digits can be read as several
 * numbers, one that the vault knows wins, else the one that contains the others; what is left of
 * the others becomes stars. JSON stays
 * JSON: a number that cannot hold what is put in becomes a string.
 *
 * The numbers of the request itself are found in more places: own_pan.h. A security code that the
 * request had put in is dropped where the answer repeats it: echo.h; a JSON number becomes null.
 *
 * Memory is bounded: at most ANSWER_HELD_MAX characters wait for what follows them. In a series of
 * digits so long that it does not fit, numbers become stars without a token. SECRET.
 */
#ifndef PANGATE_RELAY_ANSWER_H
#define PANGATE_RELAY_ANSWER_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "relay/content.h"
#include "relay/echo.h"
#include "relay/glyph.h"
#include "relay/held.h"
#include "relay/own_pan.h"

/* What an answer is cleaned by. Lent until the answer's end. */
struct answer_rules {
    struct held_vault vault;        /* finds tokens */
    const struct echo_codes *codes; /* security codes that were put in; NULL: none */
    const struct own_pans *own;     /* numbers that were put in; NULL: none */
};

struct answer_filter { /* SECRET: declare with AUTO(answer_done) */
    const struct answer_rules *rules;
    enum content content;
    bool known;            /* the content is, or a character that is not white space was seen */
    bool in_string;        /* of JSON */
    enum held_place place; /* whether the last character belongs to a JSON number */
    uint64_t number_start; /* its first character */
    uint8_t carry[GLYPH_SIZE_MAX]; /* the beginning of an escape */
    uint8_t carry_size;
    struct pan_finder finder;
    struct echo echo;
    struct own_finder own;
    struct pan_matches matches; /* from here on nothing is cleared that a count does not cover */
    struct held held;
};

/* CONTENT_TEXT is looked at: if it begins like JSON it is read as JSON. */
void answer_init(struct answer_filter *answer, enum content content,
                 const struct answer_rules *rules);

/* Take a piece of the body and append what is settled. ERR_LIMIT if `out` is too small: the answer
 * cannot go on then. */
enum err answer_feed(struct answer_filter *answer, struct bytes piece, struct buf *out);

/* There is no more: append the rest. */
enum err answer_end(struct answer_filter *answer, struct buf *out);

/* Also for one whose `rules` are NULL, and that was never begun. */
void answer_done(struct answer_filter *answer);

/* A whole text at once: the value of a header. */
enum err answer_text(struct bytes text, enum content content, const struct answer_rules *rules,
                     struct buf *out);

#endif
