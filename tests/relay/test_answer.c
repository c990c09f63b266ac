#include "test.h"

#include <jansson.h>

#include "card/random_pan.h"
#include "relay/answer.h"

#define DIGITS_TOKEN "9480231174061112"
#define LETTER_TOKEN "411111a7x9021111"

/* Knows the number 4111111111111111 by the token that `context` holds. */
static bool find_token(void *context, const struct pan *pan, struct token *ret_token)
{
    struct pan known;

    assert_err(OK, pan_parse(bytes_lit("4111111111111111"), &known));
    if (context == NULL || !pan_equal(&known, pan))
        return false;
    assert_err(OK, token_parse(bytes_str(context), ret_token));
    return true;
}

static struct echo_codes code_737(void)
{
    struct echo_codes codes = { 0 };

    assert_err(OK, echo_codes_add(&codes, bytes_lit("737")));
    return codes;
}

struct source {
    enum content content;
    struct bytes text;
};

/* Clean a text in pieces of `piece` bytes. */
static void clean(struct source source, const struct answer_rules *rules, size_t piece,
                  struct buf *out)
{
    struct answer_filter answer AUTO(answer_done);
    struct bytes text = source.text;

    answer_init(&answer, source.content, rules);
    while (text.size > 0) {
        struct bytes next = bytes_of(text.data, text.size < piece ? text.size : piece);
        assert_err(OK, answer_feed(&answer, next, out));
        text = bytes_from(text, next.size);
    }
    assert_err(OK, answer_end(&answer, out));
}

struct expected {
    enum content content;
    const char *text, *result;
};

/* The same, however the text is cut into pieces. */
static void assert_cleaned(const struct expected *expected, const struct answer_rules *rules)
{
    struct source source = { expected->content, bytes_str(expected->text) };

    for (size_t piece = 1; piece <= source.text.size + 1; piece++) {
        struct buf out AUTO(buf_done) = { .max = 65536 };
        clean(source, rules, piece, &out);
        if (!bytes_equal(bytes_str(expected->result), buf_bytes(&out)))
            print_error("%s in pieces of %zu: %.*s\n", expected->text, piece, (int)out.size,
                        (const char *)out.data);
        assert_bytes(bytes_str(expected->result), buf_bytes(&out));
    }
}

static void numbers_become_tokens_and_unknown_ones_masks(void **state)
{
    static const struct expected cases[] = {
        { CONTENT_TEXT, "card 4111111111111111!", "card " DIGITS_TOKEN "!" },
        { CONTENT_TEXT, "4111 1111-1111 1111", DIGITS_TOKEN },
        { CONTENT_TEXT, "4222222222222", "422222***2222" },
        { CONTENT_TEXT, "4242-4242-4242-4242,", "424242******4242," },
        { CONTENT_TEXT, "4111111111111112 9900000000000003 1234",
          "4111111111111112 9900000000000003 1234" },
        { CONTENT_TEXT, "", "" },
        { CONTENT_HEADER, "/pay?card=4111111111111111&x", "/pay?card=" DIGITS_TOKEN "&x" },
        { CONTENT_JSON, "{\"n\":\"4111111111111111\"}", "{\"n\":\"" DIGITS_TOKEN "\"}" },
        { CONTENT_JSON, "{\"4111111111111111\":1}", "{\"" DIGITS_TOKEN "\":1}" },
        { CONTENT_JSON, "[\"\\u0034111\\u0020111\\u0031\\u002d11111111 \\u0041\"]",
          "[\"" DIGITS_TOKEN " \\u0041\"]" },
        { CONTENT_JSON, "[\"\\\\u0034111111111111111\"]", "[\"\\\\u0034111111111111111\"]" },
        { CONTENT_XML, "<n>&#52;111&#x20;1111 11111111</n>", "<n>" DIGITS_TOKEN "</n>" },
        { CONTENT_XML, "<n>&amp;&#4111111111111111</n>", "<n>&amp;&#" DIGITS_TOKEN "</n>" },
        { CONTENT_FORM, "n=4111+1111%2D1111%201%311%31&m=%2", "n=" DIGITS_TOKEN "&m=%2" },
    };
    const struct answer_rules rules = { { find_token, DIGITS_TOKEN }, NULL, NULL };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_cleaned(&cases[i], &rules);
}

static void a_json_number_becomes_a_string_where_it_must(void **state)
{
    static const struct expected with_digits[] = {
        { CONTENT_JSON, "{\"n\":4111111111111111}", "{\"n\":" DIGITS_TOKEN "}" },
        { CONTENT_JSON, "[-4111111111111111.50,1]", "[-" DIGITS_TOKEN ".50,1]" },
        { CONTENT_JSON, "[4222222222222]", "[\"422222***2222\"]" },
        { CONTENT_TEXT, "\n\t{\"n\":4222222222222}", "\n\t{\"n\":\"422222***2222\"}" },
        { CONTENT_TEXT, "n:4222222222222", "n:422222***2222" },
        { CONTENT_JSON, "4222222222222", "\"422222***2222\"" },
        { CONTENT_JSON, "[true,false,null,1e5,-0.5E-3]", "[true,false,null,1e5,-0.5E-3]" },
    };
    static const struct expected with_letters[] = {
        { CONTENT_JSON, "{\"n\":4111111111111111}", "{\"n\":\"" LETTER_TOKEN "\"}" },
        { CONTENT_JSON, "{\"n\":\"4111111111111111\"}", "{\"n\":\"" LETTER_TOKEN "\"}" },
        { CONTENT_JSON, "[4111111111111111.0e2 ,7]", "[\"" LETTER_TOKEN ".0e2\" ,7]" },
        { CONTENT_JSON, "[\"\\\"\",4111111111111111]", "[\"\\\"\",\"" LETTER_TOKEN "\"]" },
    };
    const struct answer_rules digits = { { find_token, DIGITS_TOKEN }, NULL, NULL };
    const struct answer_rules letters = { { find_token, LETTER_TOKEN }, NULL, NULL };
    (void)state;

    for (size_t i = 0; i < sizeof(with_digits) / sizeof(with_digits[0]); i++)
        assert_cleaned(&with_digits[i], &digits);
    for (size_t i = 0; i < sizeof(with_letters) / sizeof(with_letters[0]); i++)
        assert_cleaned(&with_letters[i], &letters);
}

/* 541111111111111112 reads as a Mastercard of 18 digits; 4111111111111111 lies within it. */
static void of_several_readings_the_known_one_wins_and_then_the_outermost(void **state)
{
    static const char text[] = "5 4111111111111111 2";
    static const struct expected known = { CONTENT_TEXT, text, "* " DIGITS_TOKEN " *" };
    static const struct expected unknown = { CONTENT_TEXT, text, "541111********1112" };
    static const struct expected twice = { CONTENT_TEXT, "4242-4242-4242-4242",
                                           "424242******4242" };
    struct answer_rules rules = { { find_token, DIGITS_TOKEN }, NULL, NULL };
    (void)state;

    assert_cleaned(&known, &rules);
    assert_cleaned(&twice, &rules);
    rules.vault.context = NULL;
    assert_cleaned(&unknown, &rules);
}

static void security_codes_are_dropped(void **state)
{
    static const struct expected cases[] = {
        { CONTENT_JSON, "{\"cvc\":\"737\",\"amount\":737}", "{\"cvc\":\"\",\"amount\":737}" },
        { CONTENT_JSON, "{\"cvc\":737,\"amount\":737}", "{\"cvc\":null,\"amount\":737}" },
        { CONTENT_JSON, "{\"cvc\":\"\\u0037\\u00337\"}", "{\"cvc\":\"\"}" },
        { CONTENT_JSON, "{\"echo\":\"{\\\"cvc\\\":\\\"737\\\"}\"}",
          "{\"echo\":\"{\\\"cvc\\\":\\\"\\\"}\"}" },
        { CONTENT_FORM, "card%5Bnumber%5D=4111111111111111&card%5Bcvc%5D=737",
          "card%5Bnumber%5D=" DIGITS_TOKEN "&card%5Bcvc%5D=" },
        { CONTENT_XML, "<cvc>737</cvc><sum>737</sum>", "<cvc></cvc><sum>737</sum>" },
        { CONTENT_TEXT, "cvv2: 737", "cvv2: " },
        { CONTENT_JSON, "{\"ref\":\"737\",\"to\": 737 ,\"a\":[737,1737,737.5,7373]}",
          "{\"ref\":\"\",\"to\": null ,\"a\":[null,1737,737.5,7373]}" },
        { CONTENT_JSON, "{\"amount\":{\"currency\":\"EUR\",\"value\":737}}",
          "{\"amount\":{\"currency\":\"EUR\",\"value\":737}}" },
        { CONTENT_JSON, "{\"note\":\"737 days, 737\"}", "{\"note\":\"737 days, 737\"}" },
        { CONTENT_XML, "<r><Ref>737</Ref><Total>737</Total></r>",
          "<r><Ref></Ref><Total>737</Total></r>" },
        { CONTENT_FORM, "ref=737&amount=737&x=%37%337", "ref=&amount=737&x=" },
        { CONTENT_HEADER, "737", "" },
    };
    struct echo_codes codes AUTO(echo_codes_wipe) = code_737();
    const struct answer_rules rules = { { find_token, DIGITS_TOKEN }, &codes, NULL };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_cleaned(&cases[i], &rules);
}

static void numbers_of_the_request_are_found_where_others_are_not(void **state)
{
    static const struct expected cases[] = {
        { CONTENT_TEXT,
          "97"
          "4111111111111111"
          "2",
          "97" DIGITS_TOKEN "2" },
        { CONTENT_TEXT, "4111.1111.1111.1111!", DIGITS_TOKEN "!" },
        { CONTENT_TEXT,
          "4111\xC2\xA0"
          "1111  1111 / 1111",
          DIGITS_TOKEN },
        { CONTENT_JSON, "{\"n\":[4111,1111,1111,1111]}", "{\"n\":[" DIGITS_TOKEN "]}" },
        { CONTENT_JSON,
          "{\"n\":11"
          "4111111111111111"
          "}",
          "{\"n\":11" DIGITS_TOKEN "}" },
        { CONTENT_JSON, "{\"n\":\"4111\\u002e1111.1111\\/1111\"}", "{\"n\":\"" DIGITS_TOKEN "\"}" },
        { CONTENT_FORM, "n=4111%2F1111%2F1111%2F1111", "n=" DIGITS_TOKEN },
        { CONTENT_TEXT, "4111111111111111 4111x", DIGITS_TOKEN " 4111x" },
        { CONTENT_TEXT, "4111 a 111111111111", "4111 a 111111111111" },
        { CONTENT_HEADER, "4242424242424242", "424242******4242" },
        { CONTENT_TEXT, "4242424242424242 42424242424242424242!",
          "**************** ********************!" },
    };
    struct own_pans own AUTO(own_pans_wipe) = { 0 };
    const struct answer_rules rules = { { find_token, DIGITS_TOKEN }, NULL, &own };
    struct pan pan;
    (void)state;

    assert_err(OK, pan_parse(bytes_lit("4111111111111111"), &pan));
    own_pans_add(&own, &pan);
    assert_err(OK, pan_parse(bytes_lit("4242424242424242"), &pan)); /* ends as it begins */
    own_pans_add(&own, &pan);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_cleaned(&cases[i], &rules);
}

/* A series of single digits that never ends must neither be held nor leave a number readable. */
static void an_endless_series_is_hidden_in_bounded_memory(void **state)
{
    const struct answer_rules rules = { { find_token, DIGITS_TOKEN }, NULL, NULL };
    struct buf text AUTO(buf_done) = { .max = 65536 }, out AUTO(buf_done) = { .max = 65536 };
    (void)state;

    for (int i = 0; i < 4000; i++)
        buf_add_str(&text, "4 2 "); /* every 12, 14, 16 and 18 of them from a 4 on */
    clean((struct source){ CONTENT_TEXT, buf_bytes(&text) }, &rules, 100, &out);
    assert_false(text_holds_pan(buf_bytes(&out)));
    assert_int_equal(text.size, out.size);
    assert_memory_equal("* * * * ", out.data + out.size / 2, 8);
}

/* Groups of four of which every third begins a number that ends where the next one begins. */
static void add_chain(struct buf *text, int links)
{
    uint8_t digits[16] = { 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0 };

    buf_add_str(text, "4000");
    for (int i = 0; i < links; i++) {
        while (check_digit_remainder(digits, sizeof(digits)) != 0)
            digits[11] = (uint8_t)((digits[11] + 1) % 10);
        buf_format(text, " 1000 100%u 4000", digits[11]);
    }
}

static void a_chain_of_overlapping_numbers_is_hidden_in_bounded_memory(void **state)
{
    const struct answer_rules rules = { { find_token, NULL }, NULL, NULL };
    struct buf text AUTO(buf_done) = { .max = 65536 }, out AUTO(buf_done) = { .max = 65536 };
    (void)state;

    add_chain(&text, 1000);
    assert_true(text_holds_pan(buf_bytes(&text)));
    clean((struct source){ CONTENT_TEXT, buf_bytes(&text) }, &rules, 100, &out);
    assert_int_equal(text.size, out.size);
    for (size_t i = 0; i < out.size; i++)
        assert_true(out.data[i] == '*' || out.data[i] == ' ');
}

static void a_long_json_number_stays_a_number(void **state)
{
    const struct answer_rules rules = { { find_token, LETTER_TOKEN }, NULL, NULL };
    struct buf text AUTO(buf_done) = { .max = 65536 }, out AUTO(buf_done) = { .max = 65536 };
    json_t *array;
    (void)state;

    buf_add_str(&text, "[4111111111111111.");
    for (int i = 0; i < 1000; i++)
        buf_add_u8(&text, '3');
    buf_add_str(&text, "e-4111111111111111]");
    clean((struct source){ CONTENT_JSON, buf_bytes(&text) }, &rules, 7, &out);
    assert_false(text_holds_pan(buf_bytes(&out)));
    array = json_loadb((const char *)out.data, out.size, JSON_DECODE_INT_AS_REAL, NULL);
    assert_non_null(array);
    json_decref(array);
}

static void too_small_a_buffer_is_an_error(void **state)
{
    const struct answer_rules rules = { { find_token, DIGITS_TOKEN }, NULL, NULL };
    struct buf out AUTO(buf_done) = { .max = 4 };
    (void)state;

    assert_err(ERR_LIMIT, answer_text(bytes_lit("too long"), CONTENT_HEADER, &rules, &out));
}

/* Documents of random members: numbers that are cards, digits that are not, nested and escaped. */
static void add_random_value(struct random *random, struct buf *text)
{
    struct pan pan AUTO(pan_wipe) = random_pan(random, 12 + random_below(random, 8));
    struct buf number AUTO(buf_done) = { .max = PAN_DIGITS_MAX };

    pan_write_ascii(&pan, &number);
    switch (random_below(random, 6)) {
    case 0: buf_add(text, buf_bytes(&number)); break;
    case 1: buf_format(text, "\"%.*s\"", (int)number.size, (char *)number.data); break;
    case 2:
        buf_format(text, "\"a \\u00%02x%.*s\"", number.data[0], (int)number.size - 1,
                   (char *)number.data + 1);
        break;
    case 3: buf_format(text, "-%.*s.25", (int)number.size, (char *)number.data); break;
    case 4: buf_format(text, "{\"x\":[%.*s,true]}", (int)number.size, (char *)number.data); break;
    default: buf_format(text, "%u", random_below(random, 100000)); break;
    }
}

static void json_stays_json_and_no_number_stays_in_it(void **state)
{
    const struct answer_rules rules = { { find_token, NULL }, NULL, NULL };
    struct random *random;
    (void)state;

    assert_err(OK, random_new(&random));
    for (int round = 0; round < 5000; round++) {
        struct buf text AUTO(buf_done) = { .max = 4096 }, out AUTO(buf_done) = { .max = 4096 };
        json_t *array;
        buf_add_u8(&text, '[');
        for (uint32_t i = random_below(random, 8); i > 0; i--) {
            add_random_value(random, &text);
            buf_add_str(&text, i > 1 ? ", " : "");
        }
        buf_add_u8(&text, ']');
        clean((struct source){ CONTENT_JSON, buf_bytes(&text) }, &rules,
              1 + random_below(random, 40), &out);
        array = json_loadb((const char *)out.data, out.size, 0, NULL);
        if (array == NULL)
            print_error("%.*s\n", (int)out.size, (const char *)out.data);
        assert_non_null(array);
        json_decref(array);
        assert_false(text_holds_pan(buf_bytes(&out)));
    }
    random_free(random);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_become_tokens_and_unknown_ones_masks),
        cmocka_unit_test(a_json_number_becomes_a_string_where_it_must),
        cmocka_unit_test(of_several_readings_the_known_one_wins_and_then_the_outermost),
        cmocka_unit_test(security_codes_are_dropped),
        cmocka_unit_test(numbers_of_the_request_are_found_where_others_are_not),
        cmocka_unit_test(an_endless_series_is_hidden_in_bounded_memory),
        cmocka_unit_test(a_chain_of_overlapping_numbers_is_hidden_in_bounded_memory),
        cmocka_unit_test(a_long_json_number_stays_a_number),
        cmocka_unit_test(too_small_a_buffer_is_an_error),
        cmocka_unit_test(json_stays_json_and_no_number_stays_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
