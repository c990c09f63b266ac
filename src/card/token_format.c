#include "card/token_format.h"

#include "base/encode.h"
#include "base/must.h"
#include "base/secret.h"
#include "card/check_digit.h"
#include "card/mask.h"
#include "card/pan_find.h"

enum { LAST = 4, OPAQUE_BYTES = 16 };

/* What stands before the random characters, and how many values each of those has. */
struct shape {
    const char *name;
    const char *prefix; /* fixed text, or */
    unsigned first;     /* digits of the card number */
    uint32_t radix;     /* 10, or 36: digits and a-z; 0: not made of the number at all */
};

static const struct shape shapes[TOKEN_FORMATS] = {
    [TOKEN_DIGITS_LAST4] = { "digits_last4", "9", 0, 10 },
    [TOKEN_DIGITS_LAST4_LUHN] = { "digits_last4_luhn", "99", 0, 10 },
    [TOKEN_DIGITS_FIRST6_LAST4] = { "digits_first6_last4", "", 6, 10 },
    [TOKEN_ALNUM_FIRST6_LAST4] = { "alnum_first6_last4", "", 6, 36 },
    [TOKEN_ALNUM_FIRST8_LAST4] = { "alnum_first8_last4", "", 8, 36 },
    [TOKEN_OPAQUE] = { "opaque", "tok_", 0, 0 },
};

enum err token_format_parse(struct bytes name, enum token_format *ret_format)
{
    for (size_t i = 0; i < TOKEN_FORMATS; i++) {
        if (bytes_equal(name, bytes_str(shapes[i].name))) {
            *ret_format = (enum token_format)i;
            return OK;
        }
    }
    return ERR_BAD_FORMAT;
}

const char *token_format_name(enum token_format format)
{
    must(format < TOKEN_FORMATS);
    return shapes[format].name;
}

static uint64_t power(uint64_t base, unsigned exponent)
{
    uint64_t result = 1;

    while (exponent-- > 0)
        result *= base;
    return result;
}

static unsigned free_size(enum token_format format, unsigned pan_length)
{
    const struct shape *shape = &shapes[format];

    return pan_length - (unsigned)strlen(shape->prefix) - shape->first - LAST;
}

uint64_t token_format_values(enum token_format format, unsigned pan_length)
{
    unsigned free;

    must(format < TOKEN_FORMATS);
    if (pan_length < PAN_DIGITS_MIN || pan_length > PAN_DIGITS_MAX)
        return 0;
    free = free_size(format, pan_length);
    switch (format) {
    case TOKEN_DIGITS_LAST4: return 9 * power(10, free - 1); /* nine of ten fail the check */
    case TOKEN_DIGITS_LAST4_LUHN: return power(10, free - 1);
    case TOKEN_DIGITS_FIRST6_LAST4: return 9 * power(10, free - 1);
    case TOKEN_ALNUM_FIRST6_LAST4: return power(36, free) - power(10, free);
    case TOKEN_ALNUM_FIRST8_LAST4:
        return mask_may_keep_first8(pan_length) ? power(36, free) - power(10, free) : 0;
    case TOKEN_OPAQUE: return UINT64_MAX;
    case TOKEN_FORMATS: break;
    }
    return 0;
}

enum err token_format_allows(enum token_format format, unsigned pan_length, bool single)
{
    uint64_t values = token_format_values(format, pan_length);

    if (values == 0)
        return ERR_BAD_FORMAT;
    return single && values < TOKEN_SINGLE_VALUES_MIN ? ERR_FORMAT_SMALL : OK;
}

/* Random characters, as many at a time as one 32-bit draw holds evenly. */
static void add_random(struct buf *text, uint32_t radix, unsigned size, struct random *random)
{
    static const char characters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    const unsigned at_once = radix == 10 ? 9 : 6; /* 10^9 and 36^6 are below 2^32 */

    while (size > 0) {
        unsigned count = size < at_once ? size : at_once;
        uint32_t value = random_below(random, (uint32_t)power(radix, count));
        for (unsigned i = 0; i < count; i++) {
            buf_add_u8(text, (uint8_t)characters[value % radix]);
            value /= radix;
        }
        size -= count;
    }
}

static void draw_opaque(struct buf *text, struct random *random)
{
    uint8_t bits[OPAQUE_BYTES];

    random_bytes(random, bits, sizeof(bits));
    encode_base32(bytes_of(bits, sizeof(bits)), text);
}

static uint32_t remainder_of(const struct buf *text)
{
    uint8_t digits[PAN_DIGITS_MAX];

    for (size_t i = 0; i < text->size; i++)
        digits[i] = text->data[i] & 15;
    return check_digit_remainder(digits, text->size);
}

/* Turn the last random digit until the check digit is right: there is exactly one such digit,
 * so each value that passes stays equally likely. */
static void pass_check(struct buf *text)
{
    uint8_t *digit = text->data + text->size - LAST - 1;

    while (remainder_of(text) != 0)
        *digit = *digit == '9' ? '0' : (uint8_t)(*digit + 1);
}

static void draw_like_number(enum token_format format, const struct pan *pan, struct random *random,
                             struct buf *text)
{
    char first[8 + 1], last[LAST + 1];

    pan_first(pan, shapes[format].first, first);
    pan_last(pan, LAST, last);
    buf_add_str(text, first);
    add_random(text, shapes[format].radix, free_size(format, pan->count), random);
    buf_add_str(text, last);
    if (format == TOKEN_DIGITS_LAST4_LUHN)
        pass_check(text);
}

static bool has_letter(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] >= 'a')
            return true;
    }
    return false;
}

/* Whether a draw is a value of its format; all of them are equally likely to be drawn. */
static bool is_value(enum token_format format, const struct buf *text)
{
    switch (format) {
    case TOKEN_DIGITS_LAST4:
    case TOKEN_DIGITS_FIRST6_LAST4: return remainder_of(text) != 0;
    case TOKEN_ALNUM_FIRST6_LAST4:
    case TOKEN_ALNUM_FIRST8_LAST4:
        return has_letter(buf_bytes(text)) && !text_holds_pan(buf_bytes(text));
    case TOKEN_OPAQUE: return !text_holds_pan(buf_bytes(text));
    case TOKEN_DIGITS_LAST4_LUHN:
    case TOKEN_FORMATS: break;
    }
    return true;
}

enum err token_draw(enum token_format format, const struct pan *pan, struct random *random,
                    struct token *ret_token)
{
    struct token token = { 0 };
    struct buf text;

    TRY(token_format_allows(format, pan->count, false));
    buf_init_fixed(&text, token.text, TOKEN_SIZE_MAX);
    for (int draws = 0; draws < TOKEN_DRAWS_MAX; draws++) {
        buf_clear(&text);
        buf_add_str(&text, shapes[format].prefix);
        if (format == TOKEN_OPAQUE)
            draw_opaque(&text, random);
        else
            draw_like_number(format, pan, random, &text);
        must(buf_check(&text) == OK);
        if (is_value(format, &text)) {
            token.size = (uint8_t)text.size;
            *ret_token = token;
            return OK;
        }
    }
    return ERR_FORMAT_EXHAUSTED;
}
