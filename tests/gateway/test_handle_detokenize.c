#include "gateway/booth.h"

#define VISA       "4111111111111111"
#define DETOKENIZE "POST /v1/detokenize" BOOTH_JSON BOOTH_END

static struct exchange *detokenize(struct booth *booth, const char *token, const char *more)
{
    char body[256];

    (void)snprintf(body, sizeof(body), "{\"token\":\"%s\"%s}", token, more);
    return booth_call(booth, "shop", DETOKENIZE, body);
}

static void a_token_gives_its_card_and_a_receipt(void **state)
{
    struct booth_value token = booth_token(*state, VISA);
    struct exchange *exchange = detokenize(*state, token.text, ",\"purpose\":\"chargeback\"");

    assert_answers(200, "\"card\":{\"number\":\"" VISA "\"},\"receipt\":\"", exchange);
    assert_answers(200, token.text, exchange);
    assert_string_equal("1111", exchange->answer.token_last4);
    assert_true(exchange->answer.has_receipt);
    exchange_give_back(exchange);
}

static void what_is_no_token_of_the_tenants_does_not_exist(void **state)
{
    static const char *const tokens[] = { "", "x", "tok_", "9480231174061111",
                                          "tok_aaaaaaaaaaaaaaaaaaaaaaaaaa" };

    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        struct exchange *exchange = detokenize(*state, tokens[i], "");
        assert_refuses(ERR_NO_TOKEN, NULL, exchange);
        exchange_give_back(exchange);
    }
}

static void what_is_wrong_is_refused_and_named(void **state)
{
    struct exchange *exchange = booth_call(*state, "shop", DETOKENIZE, "{\"purpose\":\"x\"}");

    assert_refuses(ERR_BAD_REQUEST, "token", exchange);
    exchange_give_back(exchange);
    exchange = detokenize(*state, VISA, "");
    assert_refuses(ERR_PAN_IN_TEXT, "token", exchange);
    exchange_give_back(exchange);
    exchange = detokenize(*state, "x", ",\"purpose\":1");
    assert_refuses(ERR_BAD_REQUEST, "purpose", exchange);
    exchange_give_back(exchange);
}

static void a_single_token_is_shown_once_but_its_answer_again(void **state)
{
    static const char head[] =
        "POST /v1/detokenize" BOOTH_JSON "Idempotency-Key: once\r\n" BOOTH_END;
    struct exchange *exchange =
        booth_call(*state, "shop", "POST /v1/tokenize" BOOTH_JSON BOOTH_END,
                   "{\"card\":{\"number\":\"" VISA "\"},\"reuse\":\"single\"}");
    struct booth_value token = booth_member(exchange, "token");
    char body[256];

    exchange_give_back(exchange);
    (void)snprintf(body, sizeof(body), "{\"token\":\"%s\"}", token.text);
    exchange = booth_call(*state, "shop", head, body);
    assert_answers(200, VISA, exchange);
    exchange_give_back(exchange);
    exchange = detokenize(*state, token.text, "");
    assert_refuses(ERR_NO_TOKEN, NULL, exchange);
    exchange_give_back(exchange);
    exchange = booth_call(*state, "shop", head, body);
    assert_answers(200, VISA, exchange);
    exchange_give_back(exchange);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_gives_its_card_and_a_receipt),
        cmocka_unit_test(what_is_no_token_of_the_tenants_does_not_exist),
        cmocka_unit_test(what_is_wrong_is_refused_and_named),
        cmocka_unit_test(a_single_token_is_shown_once_but_its_answer_again),
    };

    return cmocka_run_group_tests(tests, booth_setup, booth_teardown);
}
