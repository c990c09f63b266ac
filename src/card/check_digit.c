#include "card/check_digit.h"

#include "base/must.h"

enum { DIGITS_MAX = 32 };

uint32_t check_digit_remainder(const uint8_t *digits, size_t count)
{
    uint32_t sum = 0, twice = 0;

    must(count <= DIGITS_MAX);
    for (size_t i = count; i > 0; i--) {
        uint32_t digit = digits[i - 1];
        uint32_t value = digit << twice;
        uint32_t has_two_digits = (9 - value) >> 31;
        sum += value - 9 * has_two_digits;
        twice ^= 1;
    }
    return sum - 10 * (sum * 205 >> 11); /* sum / 10 without a division, exact below 1029 */
}
