#include "gateway/booth.h"

#include "gateway/openapi_text.h"

static void any_client_gets_the_document(void **state)
{
    struct exchange *exchange =
        booth_call(*state, "clerk", "GET /v1/openapi.json HTTP/1.1\r\nHost: h\r\n\r\n", "");

    assert_int_equal(200, exchange->answer.status);
    assert_string_equal("application/json", exchange->answer.content_type);
    assert_ptr_equal(openapi_text().data, exchange->answer.constant.data);
    exchange_give_back(exchange);
}

static void a_query_is_refused_as_everywhere(void **state)
{
    struct exchange *exchange =
        booth_call(*state, "clerk", "GET /v1/openapi.json?v=3 HTTP/1.1\r\nHost: h\r\n\r\n", "");

    assert_refuses(ERR_BAD_REQUEST, "query", exchange);
    exchange_give_back(exchange);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_client_gets_the_document),
        cmocka_unit_test(a_query_is_refused_as_everywhere),
    };

    return cmocka_run_group_tests(tests, booth_setup, booth_teardown);
}
