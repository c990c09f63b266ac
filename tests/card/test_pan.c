#include "test.h"

#include "card/pan.h"

static void numbers_are_read_with_spaces_and_dashes_between_digits(void **state)
{
    static const char *const texts[] = {
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4 1111--1111  11111 - 11",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct pan pan AUTO(pan_wipe) = { 0 };
        struct buf ascii AUTO(buf_done) = { .max = PAN_DIGITS_MAX };
        assert_err(OK, pan_parse(bytes_str(texts[i]), &pan));
        pan_write_ascii(&pan, &ascii);
        assert_bytes(bytes_lit("4111111111111111"), buf_bytes(&ascii));
    }
}

static void lengths_from_12_to_19_are_read(void **state)
{
    static const char *const texts[] = {
        "481487174924",     "4222222222222",     "36227206271667",     "378282246310005",
        "4242424242424242", "45313003050580266", "403745644694410433", "6205500000000000004",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct pan pan AUTO(pan_wipe) = { 0 };
        assert_err(OK, pan_parse(bytes_str(texts[i]), &pan));
        assert_int_equal(PAN_DIGITS_MIN + i, pan.count);
    }
}

static void what_is_no_card_number_is_refused_and_leaves_the_result_alone(void **state)
{
    static const struct {
        struct bytes text;
        const char *why;
    } cases[] = {
        { bytes_lit(""), "empty" },
        { bytes_lit("4111111111111112"), "wrong check digit" },
        { bytes_lit("40800422376"), "11 digits" },
        { bytes_lit("47541973989116790556"), "20 digits" },
        { bytes_lit("0000000000000000"), "all zero passes the check digit" },
        { bytes_lit("9900000000000003"), "begins with 99 and passes the check digit" },
        { bytes_lit(" 4111111111111111"), "begins with a space" },
        { bytes_lit("4111111111111111 "), "ends with a space" },
        { bytes_lit("-4111111111111111"), "begins with a dash" },
        { bytes_lit("4111111111111111-"), "ends with a dash" },
        { bytes_lit("4111111111111111\n"), "ends with a line feed" },
        { bytes_lit("4111111111111111\0"), "ends with a NUL" },
        { bytes_lit("4111\t1111 1111 1111"), "a tab" },
        { bytes_lit("4111.1111.1111.1111"), "dots" },
        { bytes_lit("411111111111111O"), "a letter" },
        { bytes_lit("4111111:11111111"), "a colon, that would pass as ten" },
        { bytes_lit("4111111?11111116"), "a question mark, as fifteen" },
        { bytes_lit("+4111111111111111"), "a sign" },
        { bytes_lit("\xEF\xBC\x94"
                    "111111111111111"),
          "U+FF14, a full-width four" },
        { bytes_lit("\xB4\xB1\xB1\xB1\xB1\xB1\xB1\xB1\xB1\xB1\xB1\xB1\xB1\xB1\xB1\xB1"),
          "bit 7 set" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pan pan AUTO(pan_wipe) = { .digits = { 1, 2, 3 }, .count = 7 }, before = pan;
        enum err err = pan_parse(cases[i].text, &pan);
        if (err != ERR_BAD_PAN)
            print_error("%s: %s\n", cases[i].why, err_name(err));
        assert_int_equal(ERR_BAD_PAN, err);
        assert_memory_equal(&before, &pan, sizeof(pan));
    }
}

static struct pan pan_of(const char *text)
{
    struct pan pan = { 0 };

    assert_err(OK, pan_parse(bytes_str(text), &pan));
    return pan;
}

static void numbers_are_equal_if_all_digits_are(void **state)
{
    struct pan a = pan_of("4111111111111111"), b = pan_of("4111 1111 1111 1111");
    struct pan c = pan_of("4111111111110915"), d = pan_of("4222222222222");
    (void)state;

    assert_true(pan_equal(&a, &b));
    assert_false(pan_equal(&a, &c));
    assert_false(pan_equal(&a, &d));
}

static void first_and_last_digits_are_shown(void **state)
{
    struct pan pan = pan_of("378282246310005");
    char text[8 + 1];
    (void)state;

    pan_first(&pan, 8, text);
    assert_string_equal("37828224", text);
    pan_first(&pan, 0, text);
    assert_string_equal("", text);
    pan_last(&pan, 4, text);
    assert_string_equal("0005", text);
}

static void show_nine(void *argument)
{
    struct pan *pan = argument;
    char text[PAN_DIGITS_MAX + 1];

    pan_first(pan, 9, text);
}

static void show_last_five(void *argument)
{
    struct pan *pan = argument;
    char text[PAN_DIGITS_MAX + 1];

    pan_last(pan, 5, text);
}

static void more_digits_than_the_rules_allow_are_never_shown(void **state)
{
    struct pan pan = pan_of("4111111111111111");
    (void)state;

    assert_true(aborts(show_nine, &pan));
    assert_true(aborts(show_last_five, &pan));
}

static void a_wiped_number_is_gone(void **state)
{
    struct pan pan = pan_of("4111111111111111"), nothing = { 0 };
    (void)state;

    pan_wipe(&pan);
    assert_memory_equal(&nothing, &pan, sizeof(pan));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_with_spaces_and_dashes_between_digits),
        cmocka_unit_test(lengths_from_12_to_19_are_read),
        cmocka_unit_test(what_is_no_card_number_is_refused_and_leaves_the_result_alone),
        cmocka_unit_test(numbers_are_equal_if_all_digits_are),
        cmocka_unit_test(first_and_last_digits_are_shown),
        cmocka_unit_test(more_digits_than_the_rules_allow_are_never_shown),
        cmocka_unit_test(a_wiped_number_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
