#include "base/encode.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char base32_digits[] = "abcdefghijklmnopqrstuvwxyz234567";

/* `bits` of the bytes at a time; the last group is filled up with zero bits. */
static void encode_bits(struct bytes bytes, const char *digits, unsigned bits, struct buf *text)
{
    uint32_t window = 0;
    unsigned held = 0;

    for (size_t i = 0; i < bytes.size; i++) {
        window = window << 8 | bytes.data[i];
        for (held += 8; held >= bits; held -= bits)
            buf_add_u8(text, (uint8_t)digits[window >> (held - bits) & ((1U << bits) - 1)]);
    }
    if (held > 0)
        buf_add_u8(text, (uint8_t)digits[window << (bits - held) & ((1U << bits) - 1)]);
}

void encode_hex(struct bytes bytes, struct buf *text)
{
    encode_bits(bytes, hex_digits, 4, text);
}

void encode_base64(struct bytes bytes, struct buf *text)
{
    encode_bits(bytes, base64_digits, 6, text);
    for (size_t i = bytes.size; i % 3 != 0; i++)
        buf_add_u8(text, '=');
}

void encode_base64url(struct bytes bytes, struct buf *text)
{
    encode_bits(bytes, base64url_digits, 6, text);
}

void encode_base32(struct bytes bytes, struct buf *text)
{
    encode_bits(bytes, base32_digits, 5, text);
}

static enum err decode_bits(struct bytes text, const char *digits, unsigned bits, struct buf *bytes)
{
    uint32_t window = 0;
    unsigned held = 0;

    for (size_t i = 0; i < text.size; i++) {
        const char *digit = text.data[i] == 0 ? NULL : strchr(digits, text.data[i]);
        if (digit == NULL)
            return ERR_CORRUPT;
        window = window << bits | (uint32_t)(digit - digits);
        held += bits;
        if (held >= 8) {
            held -= 8;
            buf_add_u8(bytes, (uint8_t)(window >> held));
        }
    }
    if (held >= bits || (window & ((1U << held) - 1)) != 0)
        return ERR_CORRUPT;
    return buf_check(bytes);
}

enum err decode_hex(struct bytes text, struct buf *bytes)
{
    if (text.size % 2 != 0)
        return ERR_CORRUPT;
    return decode_bits(text, hex_digits, 4, bytes);
}

enum err decode_base64(struct bytes text, struct buf *bytes)
{
    size_t padding = 0;

    while (padding < 2 && padding < text.size && text.data[text.size - 1 - padding] == '=')
        padding++;
    if (text.size % 4 != 0)
        return ERR_CORRUPT;
    return decode_bits(bytes_of(text.data, text.size - padding), base64_digits, 6, bytes);
}

enum err decode_decimal(struct bytes text, uint64_t most, uint64_t *ret_value)
{
    uint64_t value = 0;

    if (text.size == 0 || text.size > 20 || (text.size > 1 && text.data[0] == '0'))
        return ERR_BAD_REQUEST;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t digit = (uint8_t)(text.data[i] - '0');
        if (digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return ERR_BAD_REQUEST;
    }
    if (value > most)
        return ERR_BAD_REQUEST;
    *ret_value = value;
    return OK;
}
