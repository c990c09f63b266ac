/*
 * A token: what stands for a card outside the gateway. Not secret.
 */
#ifndef PANGATE_CARD_TOKEN_H
#define PANGATE_CARD_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum { TOKEN_SIZE_MIN = 12, TOKEN_SIZE_MAX = 30 };

struct token {
    char text[TOKEN_SIZE_MAX + 1]; /* [a-z0-9_], NUL-terminated; zeros behind it */
    uint8_t size;
};

/*
 * Read a text that has the form of a token of some format (token_format.h); ERR_NO_TOKEN if it
 * has not, so that nothing else need be said of it. The form does not tell the formats of digits
 * apart, nor whether the token exists. A card number has not the form of a token.
 */
enum err token_parse(struct bytes text, struct token *ret_token);

static inline struct bytes token_bytes(const struct token *token)
{
    return bytes_of(token->text, token->size);
}

/* Its last four characters, NUL-terminated: all that a log may hold of it. */
static inline const char *token_last4(const struct token *token)
{
    return token->text + (token->size < 4 ? 0 : token->size - 4);
}

static inline bool token_equal(const struct token *a, const struct token *b)
{
    return bytes_equal(token_bytes(a), token_bytes(b));
}

#endif
