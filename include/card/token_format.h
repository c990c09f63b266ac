/*
 * The kinds of tokens, and how one is drawn.
 *
 *   digits_last4         9 + random digits + last four; always fails the check digit
 *   digits_last4_luhn    99 + random digits + last four; always passes it
 *   digits_first6_last4  first six + random digits + last four; always fails it
 *   alnum_first6_last4   first six + a-z and digits, at least one letter, + last four
 *   alnum_first8_last4   first eight, likewise
 *   opaque               tok_ + 128 random bits in lower-case base32
 *
 * All but the last are as long as the card number. None can be taken for one.
 */
#ifndef PANGATE_CARD_TOKEN_FORMAT_H
#define PANGATE_CARD_TOKEN_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "card/pan.h"
#include "card/token.h"
#include "crypto/random.h"

/* The numbers stand in stored records: new formats go to the end. The first is the default. */
#define TOKEN_FORMAT_TABLE(X)                                                                      \
    X(TOKEN_DIGITS_LAST4, "digits_last4")                                                          \
    X(TOKEN_DIGITS_LAST4_LUHN, "digits_last4_luhn")                                                \
    X(TOKEN_DIGITS_FIRST6_LAST4, "digits_first6_last4")                                            \
    X(TOKEN_ALNUM_FIRST6_LAST4, "alnum_first6_last4")                                              \
    X(TOKEN_ALNUM_FIRST8_LAST4, "alnum_first8_last4")                                              \
    X(TOKEN_OPAQUE, "opaque")

#define TOKEN_FORMAT_ENUM(name, text) name,
enum token_format { TOKEN_FORMAT_TABLE(TOKEN_FORMAT_ENUM) TOKEN_FORMATS };

/* Single-use tokens use their space up, so they get none that is smaller. */
#define TOKEN_SINGLE_VALUES_MIN UINT64_C(100000000)

/* ERR_BAD_FORMAT if no format is called so. */
enum err token_format_parse(struct bytes name, enum token_format *ret_format);
const char *token_format_name(enum token_format format);

/*
 * How many tokens there are for one card number of so many digits (that is, per last four and
 * BIN); UINT64_MAX for more than that. 0 if the format does not exist at this length: eight plus
 * four digits of it may not be kept then (PCI SSC FAQ 1091).
 */
uint64_t token_format_values(enum token_format format, unsigned pan_length);

/* ERR_BAD_FORMAT if there is no such token for this length; ERR_FORMAT_SMALL if it has too few
 * values for single-use tokens. */
enum err token_format_allows(enum token_format format, unsigned pan_length, bool single);

/*
 * One draw, each value of the format equally likely, independent of the hidden digits. A value
 * that would read as a card number in text (pan_find.h) is drawn again. Whether the token is
 * taken is for the caller to find out. ERR_BAD_FORMAT as token_format_allows(); else
 * ERR_FORMAT_EXHAUSTED if TOKEN_DRAWS_MAX draws gave none.
 */
enum { TOKEN_DRAWS_MAX = 1000 };
enum err token_draw(enum token_format format, const struct pan *pan, struct random *random,
                    struct token *ret_token);

#endif
