#include "gateway/booth.h"

#define TOKENIZE     "POST /v1/tokenize/batch" BOOTH_JSON BOOTH_END
#define DETOKENIZE   "POST /v1/detokenize/batch" BOOTH_JSON BOOTH_END
#define CARD(number) "{\"card\":{\"number\":\"" number "\"}}"
#define SUMMARY(total, succeeded, failed)                                                          \
    "\"summary\":{\"total\":" total ",\"succeeded\":" succeeded ",\"failed\":" failed "}}"

static void items_are_decided_in_their_order(void **state)
{
    struct exchange *exchange =
        booth_call(*state, "shop", TOKENIZE,
                   "{\"items\":[" CARD("4111111111111111") "," CARD("4111111111111111") "]}");
    const char *first, *second;

    assert_answers(200, SUMMARY("2", "2", "0"), exchange);
    first = strstr(booth_text(exchange), "{\"results\":[{\"status\":201,");
    second = strstr(booth_text(exchange), "{\"status\":200,");
    assert_true(first != NULL && second > first);
    assert_true(exchange->answer.has_receipt);
    exchange_give_back(exchange);
}

static void a_bad_item_is_refused_in_its_place(void **state)
{
    struct exchange *exchange =
        booth_call(*state, "shop", TOKENIZE,
                   "{\"items\":[{},1," CARD("4111111111111112") "," CARD(
                       "5555555555554444") ",{\"card\":"
                                           "{\"number\":\"5555555555554444\"},\"x\":1}]}");

    assert_answers(200, "[{\"status\":400,\"code\":\"bad_request\",\"field\":\"card\",", exchange);
    assert_answers(200, "{\"status\":422,\"code\":\"bad_card_number\",\"field\":\"card.number\",",
                   exchange);
    assert_answers(200, "{\"status\":201,", exchange);
    assert_answers(200, "{\"status\":400,\"code\":\"unknown_field\",", exchange);
    assert_answers(200, SUMMARY("5", "1", "4"), exchange);
    exchange_give_back(exchange);
}

static void only_the_frame_fails_the_whole(void **state)
{
    static const struct {
        enum err err;
        const char *field, *body;
    } rows[] = {
        { ERR_BAD_JSON, NULL, "{\"items\":[" },
        { ERR_BAD_REQUEST, "items", "{}" },
        { ERR_BAD_REQUEST, "items", "{\"items\":{}}" },
        { ERR_BAD_REQUEST, "items", "{\"items\":[]}" },
        { ERR_UNKNOWN_FIELD, NULL, "{\"items\":[{}],\"more\":1}" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct exchange *exchange = booth_call(*state, "shop", TOKENIZE, rows[i].body);
        assert_refuses(rows[i].err, rows[i].field, exchange);
        exchange_give_back(exchange);
    }
}

/* An array of `count` items. */
static struct exchange *many(struct booth *booth, size_t count)
{
    struct buf body AUTO(buf_done) = { 0 };

    buf_init(&body, BOOTH_BODY_MAX);
    buf_add_str(&body, "{\"items\":[");
    for (size_t i = 0; i < count; i++)
        buf_format(&body, "%s{\"token\":\"x\"}", i == 0 ? "" : ",");
    buf_add_str(&body, "]}");
    buf_add_u8(&body, '\0');
    return booth_call(booth, "shop", DETOKENIZE, (const char *)body.data);
}

static void a_thousand_items_are_the_most(void **state)
{
    struct exchange *exchange = many(*state, 1000);

    assert_answers(200, SUMMARY("1000", "0", "1000"), exchange);
    exchange_give_back(exchange);
    exchange = many(*state, 1001);
    assert_refuses(ERR_BAD_REQUEST, "items", exchange);
    exchange_give_back(exchange);
}

static void tokens_are_shown_item_by_item(void **state)
{
    struct booth_value token = booth_token(*state, "378282246310005");
    struct exchange *exchange;
    char body[512];

    (void)snprintf(body, sizeof(body),
                   "{\"items\":[{\"token\":\"%s\"},{\"token\":\"x\"},"
                   "{\"token\":\"378282246310005\"},{\"token\":\"%s\",\"purpose\":1}]}",
                   token.text, token.text);
    exchange = booth_call(*state, "shop", DETOKENIZE, body);
    assert_answers(200, "[{\"status\":200,", exchange);
    assert_answers(200, "\"card\":{\"number\":\"378282246310005\"},\"receipt\":\"", exchange);
    assert_answers(200, "{\"status\":404,\"code\":\"no_such_token\",", exchange);
    assert_answers(200, "{\"status\":422,\"code\":\"card_number_in_text\",\"field\":\"token\",",
                   exchange);
    assert_answers(200, "{\"status\":400,\"code\":\"bad_request\",\"field\":\"purpose\",",
                   exchange);
    assert_answers(200, SUMMARY("4", "1", "3"), exchange);
    exchange_give_back(exchange);
}

static void a_single_token_is_shown_to_the_first_item_only(void **state)
{
    struct exchange *exchange =
        booth_call(*state, "shop", "POST /v1/tokenize" BOOTH_JSON BOOTH_END,
                   "{\"card\":{\"number\":\"4012888888881881\"},\"reuse\":\"single\"}");
    struct booth_value token = booth_member(exchange, "token");
    char body[256];

    exchange_give_back(exchange);
    (void)snprintf(body, sizeof(body), "{\"items\":[{\"token\":\"%s\"},{\"token\":\"%s\"}]}",
                   token.text, token.text);
    exchange = booth_call(*state, "shop", DETOKENIZE, body);
    assert_answers(200, "[{\"status\":200,", exchange);
    assert_answers(200, "{\"status\":404,", exchange);
    exchange_give_back(exchange);
}

static void a_key_gives_the_whole_batch_again(void **state)
{
    static const char head[] =
        "POST /v1/tokenize/batch" BOOTH_JSON "Idempotency-Key: b-1\r\n" BOOTH_END;
    static const char body[] =
        "{\"items\":[" CARD("30569309025904") "," CARD("4111111111111112") "]}";
    struct exchange *first = booth_call(*state, "shop", head, body);
    struct exchange *again = booth_call(*state, "shop", head, body);

    assert_answers(200, SUMMARY("2", "1", "1"), first);
    assert_answers(200, booth_text(first), again);
    assert_non_null(memmem(again->answer.fields.data, again->answer.fields.size,
                           "Idempotency-Replayed: true\r\n", 28));
    exchange_give_back(first);
    exchange_give_back(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_decided_in_their_order),
        cmocka_unit_test(a_bad_item_is_refused_in_its_place),
        cmocka_unit_test(only_the_frame_fails_the_whole),
        cmocka_unit_test(a_thousand_items_are_the_most),
        cmocka_unit_test(tokens_are_shown_item_by_item),
        cmocka_unit_test(a_single_token_is_shown_to_the_first_item_only),
        cmocka_unit_test(a_key_gives_the_whole_batch_again),
    };

    return cmocka_run_group_tests(tests, booth_setup, booth_teardown);
}
