#include "gateway/booth.h"

#define TOKENIZE         "POST /v1/tokenize" BOOTH_JSON BOOTH_END
#define LOOKUP           "POST /v1/tokens/lookup" BOOTH_JSON BOOTH_END
#define KEYED(path, key) "POST " path BOOTH_JSON "Idempotency-Key: " key "\r\n" BOOTH_END
#define CARD(number)     "{\"card\":{\"number\":\"" number "\"}}"

static void a_new_card_is_201_and_a_known_one_200(void **state)
{
    struct exchange *exchange = booth_call(*state, "shop", TOKENIZE, CARD("4111111111111111"));
    struct booth_value token = booth_member(exchange, "token");

    assert_answers(201, "\"new\":true", exchange);
    assert_string_equal("1111", exchange->answer.token_last4);
    assert_true(exchange->answer.has_receipt);
    assert_string_equal("application/json", exchange->answer.content_type);
    exchange_give_back(exchange);
    exchange = booth_call(*state, "shop", TOKENIZE, CARD("4111111111111111"));
    assert_answers(200, "\"new\":false", exchange);
    assert_answers(200, token.text, exchange);
    exchange_give_back(exchange);
}

static const struct {
    enum err err;
    const char *field, *body;
} refusals[] = {
    { ERR_BAD_JSON, NULL, "{" },
    { ERR_BAD_JSON, NULL, "" },
    { ERR_BAD_REQUEST, "card", "{}" },
    { ERR_UNKNOWN_FIELD, NULL, "{\"card\":{\"number\":\"4111111111111111\"},\"a\":1}" },
    { ERR_BAD_REQUEST, "reuse", "{\"card\":{\"number\":\"1\"},\"reuse\":\"never\"}" },
    { ERR_BAD_PAN, "card.number", CARD("4111111111111112") },
    { ERR_PAN_IN_TEXT, "customer",
      "{\"card\":{\"number\":\"4111111111111111\"},\"customer\":\"4111111111111111\"}" },
};

static void what_is_wrong_is_refused_and_named(void **state)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct exchange *exchange = booth_call(*state, "shop", TOKENIZE, refusals[i].body);
        assert_refuses(refusals[i].err, refusals[i].field, exchange);
        exchange_give_back(exchange);
    }
}

static void a_query_is_told_before_the_values_and_behind_the_json(void **state)
{
    static const char head[] = "POST /v1/tokenize?a=b" BOOTH_JSON BOOTH_END;
    struct exchange *exchange = booth_call(*state, "shop", head, CARD("4111111111111112"));

    assert_refuses(ERR_BAD_REQUEST, "query", exchange);
    exchange_give_back(exchange);
    exchange = booth_call(*state, "shop", head, "{");
    assert_refuses(ERR_BAD_JSON, NULL, exchange);
    exchange_give_back(exchange);
}

static void a_key_gives_the_first_answer_again(void **state)
{
    static const char head[] = KEYED("/v1/tokenize", "k-1");
    struct exchange *first = booth_call(*state, "shop", head, CARD("5555555555554444"));
    struct exchange *again = booth_call(*state, "shop", head, CARD("5555555555554444"));

    assert_answers(201, "\"new\":true", first);
    assert_answers(201, booth_text(first), again);
    assert_non_null(memmem(again->answer.fields.data, again->answer.fields.size,
                           "Idempotency-Replayed: true\r\nPangate-Receipt: ", 45));
    assert_true(again->answer.receipt > first->answer.receipt);
    exchange_give_back(first);
    exchange_give_back(again);
}

static void a_key_with_another_body_is_a_conflict(void **state)
{
    static const char head[] = KEYED("/v1/tokenize", "k-2");
    struct exchange *exchange = booth_call(*state, "shop", head, CARD("5555555555554444"));

    exchange_give_back(exchange);
    exchange = booth_call(*state, "shop", head, CARD("4111111111111111"));
    assert_refuses(ERR_KEY_CONFLICT, NULL, exchange);
    assert_true(exchange->answer.has_receipt);
    exchange_give_back(exchange);
}

static void a_lookup_finds_or_not_and_says_nothing_of_new(void **state)
{
    struct exchange *exchange = booth_call(*state, "shop", LOOKUP, CARD("4012888888881881"));
    struct booth_value token;

    assert_refuses(ERR_NO_TOKEN, NULL, exchange);
    exchange_give_back(exchange);
    token = booth_token(*state, "4012888888881881");
    exchange = booth_call(*state, "shop", LOOKUP, CARD("4012888888881881"));
    assert_answers(200, token.text, exchange);
    assert_null(strstr(booth_text(exchange), "\"new\""));
    exchange_give_back(exchange);
}

static void a_lookup_with_a_key_is_kept(void **state)
{
    static const char head[] = KEYED("/v1/tokens/lookup", "k-3");
    struct exchange *exchange = booth_call(*state, "shop", head, CARD("378282246310005"));

    assert_refuses(ERR_NO_TOKEN, NULL, exchange);
    exchange_give_back(exchange);
    (void)booth_token(*state, "378282246310005");
    exchange = booth_call(*state, "shop", head, CARD("378282246310005"));
    assert_refuses(ERR_NO_TOKEN, NULL, exchange); /* the first answer again */
    exchange_give_back(exchange);
}

static void a_lookup_is_judged_like_a_tokenize(void **state)
{
    struct exchange *exchange = booth_call(*state, "shop", LOOKUP, CARD("4111111111111112"));

    assert_refuses(ERR_BAD_PAN, "card.number", exchange);
    exchange_give_back(exchange);
    exchange = booth_call(*state, "shop", LOOKUP,
                          "{\"card\":{\"number\":\"4111111111111111\",\"exp_month\":1}}");
    assert_refuses(ERR_UNKNOWN_FIELD, "card", exchange);
    exchange_give_back(exchange);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_card_is_201_and_a_known_one_200),
        cmocka_unit_test(what_is_wrong_is_refused_and_named),
        cmocka_unit_test(a_query_is_told_before_the_values_and_behind_the_json),
        cmocka_unit_test(a_key_gives_the_first_answer_again),
        cmocka_unit_test(a_key_with_another_body_is_a_conflict),
        cmocka_unit_test(a_lookup_finds_or_not_and_says_nothing_of_new),
        cmocka_unit_test(a_lookup_with_a_key_is_kept),
        cmocka_unit_test(a_lookup_is_judged_like_a_tokenize),
    };

    return cmocka_run_group_tests(tests, booth_setup, booth_teardown);
}
