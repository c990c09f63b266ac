#include "test.h"

#include "card/pan_find.h"
#include "relay/echo.h"

/* How many digits of the text are said to be a code that was put in; `place` is where they are. */
static size_t digits_at(const char *text, const char *code, enum echo_place place)
{
    struct echo_codes codes AUTO(echo_codes_wipe) = { 0 };
    struct echo echo = { 0 };
    size_t found = 0;

    assert_err(OK, echo_codes_add(&codes, bytes_lit("9999")));
    assert_err(OK, echo_codes_add(&codes, bytes_str(code)));
    for (size_t i = 0; i < strlen(text); i++)
        found += echo_read(&echo, &codes, (uint8_t)text[i], place);
    return found + echo_read(&echo, &codes, PAN_NO_CHARACTER, place);
}

static size_t digits_found(const char *text, const char *code)
{
    return digits_at(text, code, ECHO_IN_TEXT);
}

static void codes_are_found_behind_a_word_that_names_them(void **state)
{
    static const char *const texts[] = {
        "{\"cvc\":\"737\"}",
        "{\"cvv2\": 737}",
        "{\"CVV\" : \"737\" }",
        "{\"security_code\":\"737\"}",
        "{\"securityCode\":{\"value\":\"737\"}}",
        "{\"card_verification_value\":\"737\"}",
        "{\"cid\":\"737\"}",
        "card[cvc]=737&x",
        "card%5Bcvc%5D=737",
        "<cvc>737</cvc>",
        "<c cvn='737'/>",
        "Security code is 737.",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (digits_found(texts[i], "737") != 3)
            print_error("%s\n", texts[i]);
        assert_int_equal(3, digits_found(texts[i], "737"));
    }
    assert_int_equal(4, digits_found("cid=1234", "1234"));
}

static void other_digits_are_left_alone(void **state)
{
    static const char *const texts[] = {
        "{\"amount\":737}",
        "{\"amount\":\"737\"}",
        "{\"response_code\":\"737\"}",
        "{\"currency\":\"737\"}",
        "{\"note\":\"737 days\"}",
        "{\"note\":\"in 737\"}",
        "{\"note\":\"1.737\"}",
        "ref=a737",
        "amount=737&b",
        "<Total>737</Total>",
        "{\"cvc_check\":\"pass\",\"amount\":737}",
        "{\"cvc\":null,\"amount\":737}",
        "cvc=&amount=737",
        "<cvc>1</cvc><amount>737</amount>",
        "{\"cvc\":\"7370\"}",
        "{\"cvc\":\"0737\"}",
        "{\"cvc\":\"7 37\"}",
        "{\"cvc\":\"73\"}",
        "{\"cvc\":\"73799999999\"}",
        "{\"incident\":737}",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (digits_found(texts[i], "737") != 0)
            print_error("%s\n", texts[i]);
        assert_int_equal(0, digits_found(texts[i], "737"));
    }
}

static void whole_values_are_codes_under_any_name(void **state)
{
    static const char *const texts[] = {
        "737",
        "{\"ref\":\"737\"}",
        "{\"account\":\"737\"}",
        "{\"n\":\"737\"}",
        "{\"value\":\"737\"}",
        "[\"737\"]",
        "<Ref>737</Ref>",
        "<r x='737'/>",
        "ref=737",
        "amount=5&ref=737&b=1",
        "a\n737\n",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (digits_found(texts[i], "737") != 3)
            print_error("%s\n", texts[i]);
        assert_int_equal(3, digits_found(texts[i], "737"));
    }
}

static void whole_numbers_are_codes_unless_they_are_amounts(void **state)
{
    static const char *const codes[] = { "{\"ref\":737}", "{\"n\":737}", "[737]",
                                         "{\"number\":737}" };
    static const char *const amounts[] = { "{\"amount\":737}", "{\"total\":{\"value\":737}}",
                                           "{\"currency\":\"EUR\",\"value\":737}",
                                           "{\"exp_year\":737}" };
    (void)state;

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        assert_int_equal(3, digits_at(codes[i], "737", ECHO_IS_NUMBER));
    for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++)
        assert_int_equal(0, digits_at(amounts[i], "737", ECHO_IS_NUMBER));
}

static void a_code_has_three_or_four_digits(void **state)
{
    struct echo_codes codes AUTO(echo_codes_wipe) = { 0 };
    (void)state;

    assert_err(ERR_LIMIT, echo_codes_add(&codes, bytes_lit("")));
    assert_err(ERR_LIMIT, echo_codes_add(&codes, bytes_lit("12")));
    assert_err(ERR_LIMIT, echo_codes_add(&codes, bytes_lit("12345")));
    for (size_t i = 0; i < MARKS_MAX; i++)
        assert_err(OK, echo_codes_add(&codes, bytes_lit("123")));
    assert_err(ERR_LIMIT, echo_codes_add(&codes, bytes_lit("123")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_found_behind_a_word_that_names_them),
        cmocka_unit_test(other_digits_are_left_alone),
        cmocka_unit_test(whole_values_are_codes_under_any_name),
        cmocka_unit_test(whole_numbers_are_codes_unless_they_are_amounts),
        cmocka_unit_test(a_code_has_three_or_four_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
