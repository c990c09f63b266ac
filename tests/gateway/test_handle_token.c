#include "gateway/booth.h"

#define VISA "4111111111111111"

/* GET, PATCH or DELETE of a token. */
static struct exchange *call(struct booth *booth, const char *method, const char *token,
                             const char *body)
{
    char head[256];

    (void)snprintf(head, sizeof(head), "%s /v1/tokens/%s HTTP/1.1\r\nHost: h\r\n%s\r\n", method,
                   token, body[0] == '\0' ? "" : "Content-Type: application/merge-patch+json\r\n");
    return booth_call(booth, "shop", head, body);
}

static void a_token_is_shown_without_its_number(void **state)
{
    struct booth_value token = booth_token(*state, VISA);
    struct exchange *exchange = call(*state, "GET", token.text, "");

    assert_answers(200, token.text, exchange);
    assert_answers(200, "\"last4\":\"1111\"", exchange);
    assert_null(strstr(booth_text(exchange), VISA));
    assert_null(strstr(booth_text(exchange), "\"new\""));
    assert_string_equal("1111", exchange->answer.token_last4);
    assert_false(exchange->answer.has_receipt); /* of nothing that was waited for */
    exchange_give_back(exchange);
}

static void what_has_not_the_form_of_a_token_does_not_exist(void **state)
{
    static const char *const methods[] = { "GET", "PATCH", "DELETE" };
    static const char *const tokens[] = { "x", "9480231174061111", "tok_%2e", "%00" };

    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < sizeof(tokens) / sizeof(tokens[0]); j++) {
            struct exchange *exchange = call(*state, methods[i], tokens[j], i == 1 ? "{}" : "");
            assert_refuses(ERR_NO_TOKEN, NULL, exchange);
            exchange_give_back(exchange);
        }
    }
}

static void a_card_number_for_a_token_is_refused(void **state)
{
    struct exchange *exchange = call(*state, "GET", VISA, "");

    assert_refuses(ERR_PAN_IN_TEXT, "path", exchange);
    exchange_give_back(exchange);
    exchange = call(*state, "DELETE", "4111%201111%201111%201111", "");
    assert_refuses(ERR_PAN_IN_TEXT, "path", exchange);
    exchange_give_back(exchange);
}

static void a_patch_answers_with_what_is_there_now(void **state)
{
    struct booth_value token = booth_token(*state, "5555555555554444");
    struct exchange *exchange = call(*state, "PATCH", token.text,
                                     "{\"customer\":\"c-1\",\"card\":{\"exp_month\":1,\"exp_year\":"
                                     "2031},\"metadata\":{\"a\":\"b\"}}");

    assert_answers(200, "\"customer\":\"c-1\",\"metadata\":{\"a\":\"b\"}", exchange);
    assert_answers(200, "\"exp_month\":1,\"exp_year\":2031", exchange);
    assert_true(exchange->answer.has_receipt);
    exchange_give_back(exchange);
    exchange = call(*state, "PATCH", token.text, "{\"customer\":null,\"card\":null}");
    assert_answers(200, "\"metadata\":{\"a\":\"b\"}", exchange);
    assert_null(strstr(booth_text(exchange), "customer"));
    assert_null(strstr(booth_text(exchange), "exp_month"));
    exchange_give_back(exchange);
}

static void what_is_wrong_is_said_whether_or_not_there_is_such_a_token(void **state)
{
    static const struct {
        enum err err;
        const char *field, *body;
    } rows[] = {
        { ERR_BAD_JSON, NULL, "{" },
        { ERR_UNKNOWN_FIELD, NULL, "{\"format\":\"opaque\"}" },
        { ERR_BAD_REQUEST, "customer", "{\"customer\":1}" },
        { ERR_BAD_EXPIRY, "card.exp_month", "{\"card\":{\"exp_month\":13}}" },
        { ERR_PAN_IN_TEXT, "customer", "{\"customer\":\"" VISA "\"}" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct exchange *exchange = call(*state, "PATCH", "9480231174061111", rows[i].body);
        assert_refuses(rows[i].err, rows[i].field, exchange);
        exchange_give_back(exchange);
    }
}

static void half_an_expiry_is_only_found_with_the_card(void **state)
{
    struct booth_value token = booth_token(*state, "4012888888881881");
    struct exchange *exchange = call(*state, "PATCH", token.text, "{\"card\":{\"exp_month\":3}}");

    assert_refuses(ERR_BAD_REQUEST, "card.exp_year", exchange);
    exchange_give_back(exchange);
}

static void an_erased_token_is_gone(void **state)
{
    struct booth_value token = booth_token(*state, "378282246310005");
    struct exchange *exchange = call(*state, "DELETE", token.text, "");

    assert_int_equal(204, exchange->answer.status);
    assert_int_equal(0, exchange->answer.body.size);
    assert_true(
        bytes_start_with(buf_bytes(&exchange->answer.fields), bytes_lit("Pangate-Receipt: ")));
    assert_string_equal("0005", exchange->answer.token_last4);
    exchange_give_back(exchange);
    exchange = call(*state, "DELETE", token.text, "");
    assert_refuses(ERR_NO_TOKEN, NULL, exchange);
    exchange_give_back(exchange);
    exchange = call(*state, "GET", token.text, "");
    assert_refuses(ERR_NO_TOKEN, NULL, exchange);
    exchange_give_back(exchange);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_shown_without_its_number),
        cmocka_unit_test(what_has_not_the_form_of_a_token_does_not_exist),
        cmocka_unit_test(a_card_number_for_a_token_is_refused),
        cmocka_unit_test(a_patch_answers_with_what_is_there_now),
        cmocka_unit_test(what_is_wrong_is_said_whether_or_not_there_is_such_a_token),
        cmocka_unit_test(half_an_expiry_is_only_found_with_the_card),
        cmocka_unit_test(an_erased_token_is_gone),
    };

    return cmocka_run_group_tests(tests, booth_setup, booth_teardown);
}
