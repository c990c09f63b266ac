#include "test.h"

#include "card/token.h"

static void texts_with_the_form_of_a_token_are_read(void **state)
{
    static const char *const texts[] = {
        "9480231174061112",               /* digits, fails the check digit */
        "9900000000000003",               /* passes it, but begins with 99 */
        "9900000000000004",               /* digits_last4 may begin so, too */
        "411111000001111",                /* any first six */
        "4111117a9q021111",               /* letters in the middle */
        "411111a01111",                   /* 12 */
        "411111zzzzzzzzz1111",            /* 19 */
        "tok_abcdefghijklmnopqrstuvwxyz", /* base32 */
        "tok_22222222222222222222222222",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct token token;
        assert_err(OK, token_parse(bytes_str(texts[i]), &token));
        assert_string_equal(texts[i], token.text);
        assert_bytes(bytes_str(texts[i]), token_bytes(&token));
        assert_string_equal(texts[i] + strlen(texts[i]) - 4, token_last4(&token));
    }
}

static void other_texts_are_no_tokens_and_leave_the_result_alone(void **state)
{
    static const struct {
        struct bytes text;
        const char *why;
    } cases[] = {
        { bytes_lit(""), "empty" },
        { bytes_lit("4111111111111111"), "a card number" },
        { bytes_lit("98000000009"), "11 characters" },
        { bytes_lit("98000000000000000001"), "20 characters" },
        { bytes_lit("411111A9x9021111"), "upper case" },
        { bytes_lit("a111117a9q021111"), "a letter in front" },
        { bytes_lit("4111117a9q02111b"), "a letter at the end" },
        { bytes_lit("41111a7a9q021111"), "a letter within the first six" },
        { bytes_lit("411111_a9q021111"), "an underscore" },
        { bytes_lit("411111 a9q021111"), "a space" },
        { bytes_lit("4111117a9q021111\0"), "a NUL" },
        { bytes_lit("tok_abcdefghijklmnopqrstuvwxy"), "too short" },
        { bytes_lit("tok_abcdefghijklmnopqrstuvwxyz2"), "too long" },
        { bytes_lit("tok_0bcdefghijklmnopqrstuvwxyz"), "no base32" },
        { bytes_lit("tok_Abcdefghijklmnopqrstuvwxyz"), "upper case" },
        { bytes_lit("TOK_abcdefghijklmnopqrstuvwxyz"), "upper case" },
        { bytes_lit("kot_abcdefghijklmnopqrstuvwxyz"), "another prefix" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct token token = { "before", 6 };
        enum err err = token_parse(cases[i].text, &token);
        if (err != ERR_NO_TOKEN)
            print_error("%s: %s\n", cases[i].why, err_name(err));
        assert_int_equal(ERR_NO_TOKEN, err);
        assert_string_equal("before", token.text);
    }
}

static void tokens_are_equal_if_their_texts_are(void **state)
{
    struct token a, b, c;
    (void)state;

    assert_err(OK, token_parse(bytes_lit("4111117a9q021111"), &a));
    assert_err(OK, token_parse(bytes_lit("4111117a9q021111"), &b));
    assert_err(OK, token_parse(bytes_lit("4111117a9q0201111"), &c));
    assert_true(token_equal(&a, &b));
    assert_false(token_equal(&a, &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_with_the_form_of_a_token_are_read),
        cmocka_unit_test(other_texts_are_no_tokens_and_leave_the_result_alone),
        cmocka_unit_test(tokens_are_equal_if_their_texts_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
