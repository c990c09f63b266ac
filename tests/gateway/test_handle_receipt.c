#include "gateway/booth.h"

static struct exchange *receipt(struct booth *booth, const char *client, const char *number)
{
    char head[128];

    (void)snprintf(head, sizeof(head), "GET /v1/receipts/%s HTTP/1.1\r\nHost: h\r\n\r\n", number);
    return booth_call(booth, client, head, "");
}

/* The receipt of a card that the shop tokenizes now. */
static struct booth_value new_receipt(struct booth *booth)
{
    struct exchange *exchange =
        booth_call(booth, "shop", "POST /v1/tokenize" BOOTH_JSON BOOTH_END,
                   "{\"card\":{\"number\":\"4111111111111111\"},\"reuse\":\"single\"}");
    struct booth_value number = booth_member(exchange, "receipt");

    exchange_give_back(exchange);
    return number;
}

static void an_entry_of_ones_own_is_proved(void **state)
{
    struct booth_value number = new_receipt(*state);
    struct exchange *exchange = receipt(*state, "shop", number.text);
    char index[128];

    (void)snprintf(index, sizeof(index), "c2sp.org/tlog-proof@v1\nindex %s\n", number.text);
    assert_answers(200, index, exchange);
    assert_string_equal("text/plain; charset=utf-8", exchange->answer.content_type);
    exchange_give_back(exchange);
}

static void anothers_entry_is_not_there(void **state)
{
    struct booth_value number = new_receipt(*state);
    struct exchange *exchange = receipt(*state, "clerk", number.text);

    assert_refuses(ERR_NO_ROUTE, NULL, exchange);
    exchange_give_back(exchange);
    exchange = receipt(*state, "shop", "0"); /* the vault's own first entry */
    assert_refuses(ERR_NO_ROUTE, NULL, exchange);
    exchange_give_back(exchange);
}

static void what_is_no_number_of_an_entry_is_not_there(void **state)
{
    static const char *const numbers[] = {
        "99999999", "18446744073709551615", "18446744073709551616", "-1", "x", "1x", "0x1"
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct exchange *exchange = receipt(*state, "shop", numbers[i]);
        assert_refuses(ERR_NO_ROUTE, NULL, exchange);
        exchange_give_back(exchange);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_of_ones_own_is_proved),
        cmocka_unit_test(anothers_entry_is_not_there),
        cmocka_unit_test(what_is_no_number_of_an_entry_is_not_there),
    };

    return cmocka_run_group_tests(tests, booth_setup, booth_teardown);
}
