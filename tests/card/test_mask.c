/* PCI SSC FAQ 1091, "What are acceptable formats for truncation of primary account numbers?" */
#include "test.h"

#include "card/mask.h"

static void numbers_of_every_length_show_six_and_four(void **state)
{
    static const struct {
        const char *number, *mask;
    } cases[] = {
        { "481487174924", "481487**4924" },
        { "4222222222222", "422222***2222" },
        { "36227206271667", "362272****1667" },
        { "378282246310005", "378282*****0005" },
        { "4111111111111111", "411111******1111" },
        { "45313003050580266", "453130*******0266" },
        { "403745644694410433", "403745********0433" },
        { "6205500000000000004", "620550*********0004" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf text AUTO(buf_done) = { .max = PAN_DIGITS_MAX };
        struct pan pan AUTO(pan_wipe) = { 0 };
        struct mask mask;
        assert_err(OK, pan_parse(bytes_str(cases[i].number), &pan));
        mask = mask_of(&pan);
        mask_write(&mask, &text);
        assert_bytes(bytes_str(cases[i].mask), buf_bytes(&text));
        assert_memory_equal(cases[i].number, mask.first6, 6);
        assert_string_equal(cases[i].number + strlen(cases[i].number) - 4, mask.last4);
        assert_int_equal(strlen(cases[i].number), mask.length);
    }
}

static void eight_and_four_may_be_kept_of_16_18_and_19_digits(void **state)
{
    (void)state;

    for (unsigned length = 0; length <= 24; length++)
        assert_int_equal(length == 16 || length == 18 || length == 19,
                         mask_may_keep_first8(length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_every_length_show_six_and_four),
        cmocka_unit_test(eight_and_four_may_be_kept_of_16_18_and_19_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
