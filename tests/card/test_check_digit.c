/* Every number in the first table ends in the check digit that its publisher gave it. */
#include "test.h"

#include "card/check_digit.h"

static size_t digits_of(const char *text, uint8_t *digits)
{
    size_t count = strlen(text);

    for (size_t i = 0; i < count; i++)
        digits[i] = (uint8_t)(text[i] - '0');
    return count;
}

static uint32_t remainder_of(const char *text)
{
    uint8_t digits[32];
    size_t count = digits_of(text, digits);

    return check_digit_remainder(digits, count);
}

static void published_numbers_pass(void **state)
{
    static const char *const numbers[] = {
        "79927398713",         /* US patent 2,950,048 and every textbook since */
        "4111111111111111",    /* Adyen, test card numbers */
        "378282246310005",     /* Stripe, testing */
        "30569309025904",      /* PayPal, test numbers */
        "6205500000000000004", /* Stripe, testing */
        "4222222222222",       /* PayPal, test numbers */
    };
    (void)state;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        assert_int_equal(0, remainder_of(numbers[i]));
}

static void every_single_wrong_digit_is_found(void **state)
{
    uint8_t digits[32];
    size_t count = digits_of("6205500000000000004", digits);
    (void)state;

    for (size_t i = 0; i < count; i++) {
        uint8_t right = digits[i];
        for (uint8_t wrong = 0; wrong < 10; wrong++) {
            digits[i] = wrong;
            assert_int_equal(wrong == right, check_digit_remainder(digits, count) == 0);
        }
        digits[i] = right;
    }
}

/* ISO/IEC 7812-1, annex B: all swaps of neighbours but 09 and 90. */
static void swapped_neighbours_are_found_but_for_09(void **state)
{
    (void)state;

    for (uint8_t a = 0; a < 10; a++) {
        for (uint8_t b = 0; b < 10; b++) {
            uint8_t digits[4] = { 4, a, b, 7 }, swapped[4] = { 4, b, a, 7 };
            bool same = check_digit_remainder(digits, 4) == check_digit_remainder(swapped, 4);
            assert_int_equal(a == b || (a + b == 9 && a * b == 0), same);
        }
    }
}

static void the_remainder_is_exact_up_to_32_nines(void **state)
{
    uint8_t nines[32];
    (void)state;

    memset(nines, 9, sizeof(nines));
    for (size_t count = 0; count <= sizeof(nines); count++)
        assert_int_equal(count * 9 % 10, check_digit_remainder(nines, count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_numbers_pass),
        cmocka_unit_test(every_single_wrong_digit_is_found),
        cmocka_unit_test(swapped_neighbours_are_found_but_for_09),
        cmocka_unit_test(the_remainder_is_exact_up_to_32_nines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
