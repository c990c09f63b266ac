/* Properties of tokens over some millions of draws; limits and counts as the API documents them. */
#include "test.h"

#include <math.h>

#include "card/pan_find.h"
#include "card/random_pan.h"
#include "card/token_format.h"

enum { DRAWS_PER_LENGTH = 50000 };

static struct random *random_of(void **state)
{
    return *state;
}

static int begin(void **state)
{
    struct random *random;

    if (random_new(&random) != OK)
        return -1;
    *state = random;
    return 0;
}

static int end(void **state)
{
    random_free(*state);
    return 0;
}

static struct token draw(enum token_format format, const struct pan *pan, struct random *random)
{
    struct token token;

    assert_err(OK, token_draw(format, pan, random, &token));
    return token;
}

static bool passes_check(const struct token *token)
{
    uint8_t digits[PAN_DIGITS_MAX];

    for (size_t i = 0; i < token->size; i++)
        digits[i] = (uint8_t)(token->text[i] - '0');
    return check_digit_remainder(digits, token->size) == 0;
}

static bool is_of(const char *set, const char *text, size_t size)
{
    return strspn(text, set) >= size;
}

/* What the API says of each format, read off one token. */
static void assert_token_of(enum token_format format, const char *number, const struct token *token)
{
    static const char digits[] = "0123456789", lower[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    bool all_digits = is_of(digits, token->text, token->size);
    size_t first = format == TOKEN_ALNUM_FIRST8_LAST4 ? 8 : 6;

    switch (format) {
    case TOKEN_DIGITS_LAST4:
        assert_true(all_digits && token->text[0] == '9' && !passes_check(token));
        break;
    case TOKEN_DIGITS_LAST4_LUHN:
        assert_true(all_digits && memcmp(token->text, "99", 2) == 0 && passes_check(token));
        break;
    case TOKEN_DIGITS_FIRST6_LAST4:
        assert_true(all_digits && !passes_check(token));
        assert_memory_equal(number, token->text, 6);
        break;
    case TOKEN_ALNUM_FIRST6_LAST4:
    case TOKEN_ALNUM_FIRST8_LAST4:
        assert_true(!all_digits && is_of(lower, token->text, token->size));
        assert_memory_equal(number, token->text, first);
        break;
    case TOKEN_OPAQUE:
        assert_int_equal(30, token->size);
        assert_memory_equal("tok_", token->text, 4);
        assert_true(is_of("abcdefghijklmnopqrstuvwxyz234567", token->text + 4, 26));
        return;
    case TOKEN_FORMATS: fail();
    }
    assert_int_equal(strlen(number), token->size);
    assert_string_equal(number + strlen(number) - 4, token_last4(token));
}

/* Also not together with what stands beside it. */
static void assert_cannot_be_taken_for_a_card(const struct token *token)
{
    struct token again;
    struct pan pan;

    assert_err(ERR_BAD_PAN, pan_parse(token_bytes(token), &pan));
    assert_false(text_holds_pan(token_bytes(token)));
    assert_err(OK, token_parse(token_bytes(token), &again));
    assert_true(token_equal(token, &again));
}

static void every_token_keeps_the_promises_of_its_format(void **state)
{
    struct random *random = random_of(state);

    for (enum token_format format = 0; format < TOKEN_FORMATS; format++) {
        for (unsigned length = PAN_DIGITS_MIN; length <= PAN_DIGITS_MAX; length++) {
            if (token_format_allows(format, length, false) != OK)
                continue;
            for (int i = 0; i < DRAWS_PER_LENGTH; i++) {
                struct pan pan AUTO(pan_wipe) = random_pan(random, length);
                struct token token = draw(format, &pan, random);
                char number[PAN_DIGITS_MAX + 1] = "";
                for (unsigned d = 0; d < length; d++)
                    number[d] = (char)('0' + pan.digits[d]);
                assert_token_of(format, number, &token);
                assert_cannot_be_taken_for_a_card(&token);
            }
        }
    }
}

static void formats_exist_for_the_lengths_that_the_api_names(void **state)
{
    static const struct {
        enum token_format format;
        const char *multi, *single; /* lengths 12 to 19 */
    } cases[] = {
        { TOKEN_DIGITS_LAST4, "yyyyyyyy", "..yyyyyy" },
        { TOKEN_DIGITS_LAST4_LUHN, "yyyyyyyy", "...yyyyy" },
        { TOKEN_DIGITS_FIRST6_LAST4, "yyyyyyyy", ".......y" },
        { TOKEN_ALNUM_FIRST6_LAST4, "yyyyyyyy", "....yyyy" },
        { TOKEN_ALNUM_FIRST8_LAST4, "....y.yy", "......yy" },
        { TOKEN_OPAQUE, "yyyyyyyy", "yyyyyyyy" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (unsigned length = 12; length <= 19; length++) {
            bool multi = cases[i].multi[length - 12] == 'y';
            bool single = cases[i].single[length - 12] == 'y';
            enum err small = multi ? ERR_FORMAT_SMALL : ERR_BAD_FORMAT;
            assert_err(multi ? OK : ERR_BAD_FORMAT,
                       token_format_allows(cases[i].format, length, false));
            assert_err(single ? OK : small, token_format_allows(cases[i].format, length, true));
        }
        assert_err(ERR_BAD_FORMAT, token_format_allows(cases[i].format, 11, false));
        assert_err(ERR_BAD_FORMAT, token_format_allows(cases[i].format, 20, false));
    }
}

static void the_number_of_values_is_what_the_api_says(void **state)
{
    static const struct {
        enum token_format format;
        unsigned length;
        uint64_t values;
    } cases[] = {
        { TOKEN_DIGITS_LAST4, 16, UINT64_C(90000000000) },
        { TOKEN_DIGITS_LAST4, 12, 9000000 },
        { TOKEN_DIGITS_LAST4_LUHN, 16, 1000000000 },
        { TOKEN_DIGITS_LAST4_LUHN, 15, 100000000 },
        { TOKEN_DIGITS_FIRST6_LAST4, 12, 90 },
        { TOKEN_DIGITS_FIRST6_LAST4, 16, 900000 },
        { TOKEN_ALNUM_FIRST6_LAST4, 12, 36 * 36 - 100 },
        { TOKEN_ALNUM_FIRST6_LAST4, 16, UINT64_C(2176782336) - 1000000 },
        { TOKEN_ALNUM_FIRST8_LAST4, 16, 1679616 - 10000 },
        { TOKEN_OPAQUE, 16, UINT64_MAX },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(cases[i].values, token_format_values(cases[i].format, cases[i].length));
}

static void a_draw_for_a_length_without_the_format_is_refused(void **state)
{
    struct pan pan AUTO(pan_wipe) = random_pan(random_of(state), 15);
    struct token token = { "before", 6 };

    assert_err(ERR_BAD_FORMAT,
               token_draw(TOKEN_ALNUM_FIRST8_LAST4, &pan, random_of(state), &token));
    assert_string_equal("before", token.text);
}

/* Seven standard deviations above the mean: once in 10^11 runs. */
static void assert_even(const uint32_t *counts, size_t cells, double total)
{
    double expected = total / (double)cells, chi_square = 0, freedom = (double)cells - 1;

    for (size_t i = 0; i < cells; i++) {
        double difference = counts[i] - expected;
        chi_square += difference * difference / expected;
    }
    assert_true(chi_square < freedom + 7 * sqrt(2 * freedom) + 30);
}

/* The random part of a 12-digit token as a number. */
static size_t value_of(const struct token *token, unsigned radix)
{
    size_t value = 0;

    for (size_t i = radix == 36 ? 6 : token->text[0] == '9' ? 2 : 6; i < token->size - 4u; i++) {
        char c = token->text[i];
        value = value * radix + (size_t)(c >= 'a' ? c - 'a' + 10 : c - '0');
    }
    return value;
}

/* The small spaces of 12-digit numbers are counted out whole: as many values as there should be,
 * and each as often as the others. */
static void all_values_of_a_small_format_are_equally_likely(void **state)
{
    static const struct {
        enum token_format format;
        unsigned radix;
        uint32_t draws;
    } cases[] = {
        { TOKEN_DIGITS_FIRST6_LAST4, 10, 90000 },
        { TOKEN_ALNUM_FIRST6_LAST4, 36, 200000 },
        { TOKEN_DIGITS_LAST4_LUHN, 10, 2000000 },
    };
    enum { VALUES_MAX = 1000000 };
    struct random *random = random_of(state);
    struct pan pan AUTO(pan_wipe) = random_pan(random, 12);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t *counts = test_calloc(VALUES_MAX, sizeof(*counts));
        size_t cells = 0;
        for (uint32_t d = 0; d < cases[i].draws; d++) {
            struct token token = draw(cases[i].format, &pan, random);
            counts[value_of(&token, cases[i].radix)]++;
        }
        for (size_t v = 0; v < VALUES_MAX; v++) {
            if (counts[v] > 0)
                counts[cells++] = counts[v];
        }
        assert_int_equal(token_format_values(cases[i].format, 12), cells);
        assert_even(counts, cells, cases[i].draws);
        test_free(counts);
    }
}

static void every_random_digit_is_even_and_none_follows_the_number(void **state)
{
    enum { DRAWS = 500000, FROM = 1, TO = 12 };
    struct random *random = random_of(state);
    uint32_t counts[TO][10] = { 0 }, same[TO][2] = { 0 };

    for (int d = 0; d < DRAWS; d++) {
        struct pan pan AUTO(pan_wipe) = random_pan(random, 16);
        struct token token = draw(TOKEN_DIGITS_LAST4, &pan, random);
        for (size_t i = FROM; i < TO; i++) {
            counts[i][token.text[i] - '0']++;
            same[i][token.text[i] - '0' == pan.digits[i]]++;
        }
    }
    for (size_t i = FROM; i < TO; i++) {
        assert_even(counts[i], 10, DRAWS);
        assert_in_range(same[i][1], DRAWS / 10 - 1500, DRAWS / 10 + 1500); /* 7 x 212 */
    }
}

static int compare_tokens(const void *a, const void *b)
{
    const struct token *x = a, *y = b;

    return strcmp(x->text, y->text);
}

static void no_two_of_200000_opaque_tokens_are_equal(void **state)
{
    enum { DRAWS = 200000 };
    struct random *random = random_of(state);
    struct pan pan AUTO(pan_wipe) = random_pan(random, 16);
    struct token *tokens = test_calloc(DRAWS, sizeof(*tokens));

    for (size_t i = 0; i < DRAWS; i++)
        tokens[i] = draw(TOKEN_OPAQUE, &pan, random);
    qsort(tokens, DRAWS, sizeof(*tokens), compare_tokens);
    for (size_t i = 1; i < DRAWS; i++)
        assert_false(token_equal(&tokens[i - 1], &tokens[i]));
    test_free(tokens);
}

static void formats_are_read_by_their_names_only(void **state)
{
    enum token_format format = TOKEN_OPAQUE;
    (void)state;

    for (enum token_format f = 0; f < TOKEN_FORMATS; f++) {
        assert_err(OK, token_format_parse(bytes_str(token_format_name(f)), &format));
        assert_int_equal(f, format);
    }
    assert_err(ERR_BAD_FORMAT, token_format_parse(bytes_lit(""), &format));
    assert_err(ERR_BAD_FORMAT, token_format_parse(bytes_lit("Opaque"), &format));
    assert_err(ERR_BAD_FORMAT, token_format_parse(bytes_lit("digits_last"), &format));
    assert_int_equal(TOKEN_FORMATS - 1, format);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_token_keeps_the_promises_of_its_format),
        cmocka_unit_test(formats_exist_for_the_lengths_that_the_api_names),
        cmocka_unit_test(the_number_of_values_is_what_the_api_says),
        cmocka_unit_test(a_draw_for_a_length_without_the_format_is_refused),
        cmocka_unit_test(all_values_of_a_small_format_are_equally_likely),
        cmocka_unit_test(every_random_digit_is_even_and_none_follows_the_number),
        cmocka_unit_test(no_two_of_200000_opaque_tokens_are_equal),
        cmocka_unit_test(formats_are_read_by_their_names_only),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
