#include "card/token.h"

#include "card/check_digit.h"
#include "card/pan.h"

enum { HEAD_DIGITS = 6, TAIL_DIGITS = 4, OPAQUE_RANDOM = 26 };

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_lower(uint8_t byte)
{
    return byte >= 'a' && byte <= 'z';
}

/* tok_ and lower-case base32 (RFC 4648, section 6). */
static bool is_opaque(struct bytes text)
{
    struct bytes prefix = bytes_lit("tok_");

    if (text.size != prefix.size + OPAQUE_RANDOM || !bytes_start_with(text, prefix))
        return false;
    for (size_t i = prefix.size; i < text.size; i++) {
        if (!is_lower(text.data[i]) && (text.data[i] < '2' || text.data[i] > '7'))
            return false;
    }
    return true;
}

/* Digits alone are no token if they pass the check digit, unless they begin as no card does. */
static bool digits_are_no_card(struct bytes text)
{
    uint8_t digits[PAN_DIGITS_MAX];

    for (size_t i = 0; i < text.size; i++)
        digits[i] = text.data[i] & 15;
    return bytes_start_with(text, bytes_lit("99")) || check_digit_remainder(digits, text.size) != 0;
}

/* As long as a card number, with digits where all formats have them. */
static bool is_like_number(struct bytes text)
{
    bool has_letter = false;

    if (text.size < PAN_DIGITS_MIN || text.size > PAN_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        bool is_middle = i >= HEAD_DIGITS && i < text.size - TAIL_DIGITS;
        if (is_middle && is_lower(text.data[i]))
            has_letter = true;
        else if (!is_digit(text.data[i]))
            return false;
    }
    return has_letter || digits_are_no_card(text);
}

enum err token_parse(struct bytes text, struct token *ret_token)
{
    struct token token = { 0 };

    if (!is_opaque(text) && !is_like_number(text))
        return ERR_NO_TOKEN;
    memcpy(token.text, text.data, text.size);
    token.size = (uint8_t)text.size;
    *ret_token = token;
    return OK;
}
