#include "bench/cards.h"

#include <stdlib.h>
#include <string.h>

uint64_t dice_throw(uint64_t *dice)
{
    uint64_t z = *dice += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* ISO/IEC 7812-1, annex B: from the right, every second digit counts twice. */
static char check_digit(const char digits[CARD_DIGITS])
{
    unsigned sum = 0;

    for (size_t i = 0; i < CARD_DIGITS - 1; i++) {
        unsigned digit = (unsigned)(digits[i] - '0') * (i % 2 == 0 ? 2 : 1);

        sum += digit > 9 ? digit - 9 : digit;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

void card_make(uint64_t seed, uint64_t index, char ret_digits[CARD_DIGITS])
{
    uint64_t dice = seed * UINT64_C(0xd1342543de82ef95) + index;
    uint64_t number = dice_throw(&dice);

    ret_digits[0] = '4';
    for (size_t i = CARD_DIGITS - 2; i >= 1; i--) {
        ret_digits[i] = (char)('0' + number % 10);
        number /= 10;
    }
    ret_digits[CARD_DIGITS - 1] = check_digit(ret_digits);
}

enum err tokens_init(struct tokens *tokens, uint64_t most)
{
    *tokens = (struct tokens){ .texts = malloc(most * TOKEN_SIZE), .most = most };
    return tokens->texts == NULL ? ERR_MEMORY : OK;
}

void tokens_done(struct tokens *tokens)
{
    free(tokens->texts);
    *tokens = (struct tokens){ 0 };
}

enum err tokens_take(struct tokens *tokens, struct bytes answer)
{
    const struct bytes name = bytes_lit("\"token\":\"");
    struct bytes rest = answer;
    const uint8_t *at = memmem(rest.data, rest.size, name.data, name.size);

    while (at != NULL) {
        rest = bytes_from(rest, (size_t)(at - rest.data) + name.size);
        if (bytes_index(rest, '"') != TOKEN_SIZE)
            return ERR_CORRUPT;
        if (tokens->count == tokens->most)
            return ERR_LIMIT;
        memcpy(tokens->texts[tokens->count++], rest.data, TOKEN_SIZE);
        at = memmem(rest.data, rest.size, name.data, name.size);
    }
    return OK;
}
