/*
 * Runs under valgrind's memcheck. The values of digits are marked as undefined: a branch or an
 * index that depends on them is reported as an error, and the run fails.
 *
 * Only the lower half of each digit is marked. The upper half says that it is one, which may leak.
 */
#include "test.h"

#include <valgrind/memcheck.h>

#include "card/check_digit.h"
#include "card/pan.h"

static void poison_digits(char *text)
{
    const unsigned char lower_half = 0x0F;

    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] >= '0' && text[i] <= '9')
            assert_int_equal(1, VALGRIND_SET_VBITS(&text[i], &lower_half, 1));
    }
}

/* The result of a function may leak; from here on its bits are defined. */
static enum err parse_poisoned(const char *number, struct pan *ret_pan)
{
    char text[64] = "";
    enum err err;

    memcpy(text, number, strlen(number));
    poison_digits(text);
    err = pan_parse(bytes_of(text, strlen(number)), ret_pan);
    (void)VALGRIND_MAKE_MEM_DEFINED(&err, sizeof(err));
    return err;
}

static void pan_parse_does_not_look_at_digits(void **state)
{
    struct pan pan = { 0 };
    (void)state;

    assert_err(OK, parse_poisoned("4111 1111-11111111", &pan));
    assert_err(OK, parse_poisoned("6205500000000000004", &pan));
    assert_err(ERR_BAD_PAN, parse_poisoned("4111111111111112", &pan));
    assert_err(ERR_BAD_PAN, parse_poisoned("0000000000000000", &pan));
    assert_err(ERR_BAD_PAN, parse_poisoned("9900000000000003", &pan));
}

static void pan_equal_does_not_look_at_digits(void **state)
{
    struct pan a = { 0 }, b = { 0 };
    bool equal;
    (void)state;

    assert_err(OK, parse_poisoned("4111111111111111", &a));
    assert_err(OK, parse_poisoned("4111 1111 1111 1111", &b));
    (void)VALGRIND_MAKE_MEM_DEFINED(&a.count, sizeof(a.count));
    (void)VALGRIND_MAKE_MEM_DEFINED(&b.count, sizeof(b.count));
    equal = pan_equal(&a, &b);
    (void)VALGRIND_MAKE_MEM_DEFINED(&equal, sizeof(equal));
    assert_true(equal);
}

static void pan_write_ascii_does_not_look_at_digits(void **state)
{
    struct buf text AUTO(buf_done) = { .max = PAN_DIGITS_MAX };
    struct pan pan = { 0 };
    (void)state;

    assert_err(OK, parse_poisoned("4111111111111111", &pan));
    (void)VALGRIND_MAKE_MEM_DEFINED(&pan.count, sizeof(pan.count));
    pan_write_ascii(&pan, &text);
    (void)VALGRIND_MAKE_MEM_DEFINED(text.data, text.size);
    assert_bytes(bytes_lit("4111111111111111"), buf_bytes(&text));
}

/* Otherwise the tests above would prove nothing. */
static void digits_are_really_marked(void **state)
{
    char text[] = "4111111111111111";
    unsigned char marked = 0;
    (void)state;

    poison_digits(text);
    assert_int_equal(1, VALGRIND_GET_VBITS(&text[3], &marked, 1));
    assert_int_equal(0x0F, marked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pan_parse_does_not_look_at_digits),
        cmocka_unit_test(pan_equal_does_not_look_at_digits),
        cmocka_unit_test(pan_write_ascii_does_not_look_at_digits),
        cmocka_unit_test(digits_are_really_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
