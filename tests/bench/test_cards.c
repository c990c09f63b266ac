#include "bench/cards.h"

#include "test.h"

/* ISO/IEC 7812-1, annex B, the other way round than cards.c: over all sixteen digits. */
static bool passes_the_check(const char digits[CARD_DIGITS])
{
    unsigned sum = 0;

    for (size_t i = 0; i < CARD_DIGITS; i++) {
        unsigned digit = (unsigned)(digits[i] - '0');

        if (i % 2 == 0)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

static void every_card_passes_the_check_digit(void **state)
{
    char digits[CARD_DIGITS];
    (void)state;

    for (uint64_t i = 0; i < 10000; i++) {
        card_make(KNOWN_SEED, i, digits);
        assert_int_equal('4', digits[0]);
        assert_true(passes_the_check(digits));
    }
}

static void a_card_is_the_same_each_time_and_its_neighbour_another(void **state)
{
    char first[CARD_DIGITS], again[CARD_DIGITS], next[CARD_DIGITS], other[CARD_DIGITS];
    (void)state;

    card_make(7, 41, first);
    card_make(7, 41, again);
    card_make(7, 42, next);
    card_make(8, 41, other);
    assert_memory_equal(first, again, CARD_DIGITS);
    assert_memory_not_equal(first, next, CARD_DIGITS);
    assert_memory_not_equal(first, other, CARD_DIGITS);
}

static void every_token_of_an_answer_is_taken(void **state)
{
    struct tokens tokens AUTO(tokens_done) = { 0 };
    (void)state;

    assert_err(OK, tokens_init(&tokens, 2));
    assert_err(OK, tokens_take(&tokens, bytes_lit("{\"results\":[{\"token\":\"9480231174061111\"},"
                                                  "{\"token\":\"9480231174062222\"}]}")));
    assert_int_equal(2, tokens.count);
    assert_memory_equal("9480231174062222", tokens.texts[1], TOKEN_SIZE);
}

static void a_token_of_another_length_or_too_many_are_refused(void **state)
{
    struct tokens tokens AUTO(tokens_done) = { 0 };
    (void)state;

    assert_err(OK, tokens_init(&tokens, 1));
    assert_err(ERR_CORRUPT, tokens_take(&tokens, bytes_lit("{\"token\":\"948\"}")));
    assert_err(OK, tokens_take(&tokens, bytes_lit("{\"token\":\"9480231174061111\"}")));
    assert_err(ERR_LIMIT, tokens_take(&tokens, bytes_lit("{\"token\":\"9480231174061111\"}")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_card_passes_the_check_digit),
        cmocka_unit_test(a_card_is_the_same_each_time_and_its_neighbour_another),
        cmocka_unit_test(every_token_of_an_answer_is_taken),
        cmocka_unit_test(a_token_of_another_length_or_too_many_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
