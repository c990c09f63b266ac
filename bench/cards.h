/*
 * The card numbers of a measurement, made up: card i of a seed is always the same, so that cards
 * which were prepared before are known the next time. And the tokens that stand for them.
 */
#ifndef PANGATE_BENCH_CARDS_H
#define PANGATE_BENCH_CARDS_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum { CARD_DIGITS = 16, TOKEN_SIZE = 16, KNOWN_SEED = 1 };

/* Sixteen ASCII digits with a right check digit, beginning with 4. */
void card_make(uint64_t seed, uint64_t index, char ret_digits[CARD_DIGITS]);

/* A fast generator of numbers that only have to look random (Vigna's splitmix64). */
uint64_t dice_throw(uint64_t *dice);

struct tokens { /* zeroed: none */
    char (*texts)[TOKEN_SIZE];
    uint64_t count, most;
};

enum err tokens_init(struct tokens *tokens, uint64_t most);
void tokens_done(struct tokens *tokens);

/* Take every token that an answer names; ERR_LIMIT for more than fit, ERR_CORRUPT for one that has
 * not TOKEN_SIZE characters. */
enum err tokens_take(struct tokens *tokens, struct bytes answer);

#endif
