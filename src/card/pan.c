#include "card/pan.h"

#include "base/ct.h"
#include "base/must.h"
#include "base/secret.h"
#include "card/check_digit.h"

enum { PAN_FIRST_MAX = 8, PAN_LAST_MAX = 4 };

static bool is_digit_row(uint8_t byte)
{
    return byte >> 4 == 3; /* 0..9 and : ; < = > ? */
}

/* Collects the digits. Sets *bad to 1 if a byte of the digits' row was none: that is as secret
 * as a digit. */
static enum err digits_read(struct bytes text, struct pan *pan, uint32_t *bad)
{
    if (text.size == 0 || !is_digit_row(text.data[0]) || !is_digit_row(text.data[text.size - 1]))
        return ERR_BAD_PAN;
    for (size_t i = 0; i < text.size; i++) {
        if (is_digit_row(text.data[i])) {
            uint8_t digit = text.data[i] & 15;
            if (pan->count == PAN_DIGITS_MAX)
                return ERR_BAD_PAN;
            pan->digits[pan->count++] = digit;
            *bad |= (uint32_t)(9 - digit) >> 31;
        } else if (text.data[i] != ' ' && text.data[i] != '-') {
            return ERR_BAD_PAN;
        }
    }
    return pan->count < PAN_DIGITS_MIN ? ERR_BAD_PAN : OK;
}

/* 1 if the value is 0, else 0; for values below 2^31. */
static uint32_t is_zero(uint32_t value)
{
    return (value - 1) >> 31;
}

static uint32_t is_no_card(const struct pan *pan)
{
    uint32_t any = 0;
    uint32_t begins_99 = is_zero((uint32_t)(pan->digits[0] ^ 9) | (uint32_t)(pan->digits[1] ^ 9));
    uint32_t fails_check = is_zero(check_digit_remainder(pan->digits, pan->count)) ^ 1;

    for (size_t i = 0; i < pan->count; i++)
        any |= pan->digits[i];
    return begins_99 | fails_check | is_zero(any);
}

/* *to = *from if bad is 0, without a branch. */
static void take_unless(uint32_t bad, const struct pan *from, struct pan *to)
{
    uint8_t keep = (uint8_t)(0 - bad);

    for (size_t i = 0; i < PAN_DIGITS_MAX; i++)
        to->digits[i] = (uint8_t)((from->digits[i] & ~keep) | (to->digits[i] & keep));
    to->count = (uint8_t)((from->count & ~keep) | (to->count & keep));
}

enum err pan_parse(struct bytes text, struct pan *ret_pan)
{
    struct pan pan AUTO(pan_wipe) = { 0 };
    uint32_t bad = 0;

    TRY(digits_read(text, &pan, &bad));
    bad |= is_no_card(&pan);
    take_unless(bad, &pan, ret_pan);
    return (enum err)(bad * ERR_BAD_PAN);
}

void pan_wipe(struct pan *pan)
{
    wipe(pan, sizeof(*pan));
}

bool pan_equal(const struct pan *a, const struct pan *b)
{
    bool equal = ct_equal(a->digits, b->digits, PAN_DIGITS_MAX);

    return equal & (a->count == b->count); /* not &&, which may branch on what was compared */
}

void pan_write_ascii(const struct pan *pan, struct buf *out)
{
    uint8_t *text = buf_reserve(out, pan->count);

    if (text == NULL)
        return;
    for (size_t i = 0; i < pan->count; i++)
        text[i] = (uint8_t)('0' + pan->digits[i]);
    buf_grown(out, pan->count);
}

static void write_text(const uint8_t *digits, unsigned count, char *ret_text)
{
    for (unsigned i = 0; i < count; i++)
        ret_text[i] = (char)('0' + digits[i]);
    ret_text[count] = '\0';
}

void pan_first(const struct pan *pan, unsigned count, char *ret_text)
{
    must(count <= PAN_FIRST_MAX && pan->count >= PAN_DIGITS_MIN);
    write_text(pan->digits, count, ret_text);
}

void pan_last(const struct pan *pan, unsigned count, char *ret_text)
{
    must(count <= PAN_LAST_MAX && pan->count >= PAN_DIGITS_MIN);
    write_text(pan->digits + pan->count - count, count, ret_text);
}
