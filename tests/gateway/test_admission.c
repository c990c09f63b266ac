#include "gateway/booth.h"

#include "gateway/admission.h"
#include "gateway/endpoint_table.h"

enum { BODY_MAX = 1000 };

#define JSON "Content-Type: application/json\r\n"
#define POST "POST /v1/tokenize HTTP/1.1\r\nHost: h\r\n"
#define GET  "GET /v1/tokens/x HTTP/1.1\r\nHost: h\r\n"

static enum err judge(struct exchange *exchange)
{
    return admission_judge(exchange, BODY_MAX);
}

/* Each row has one thing wrong and, behind it in the order of the contract, everything that it can
 * hold, too. */
static const struct row {
    enum err err;
    const char *client, *head;
} rows[] = {
    { OK, "shop", POST JSON "Content-Length: 1000\r\n\r\n" },
    { OK, "shop",
      POST "Content-Type: Application/JSON; charset=UTF-8\r\nContent-Length: 0\r\n\r\n" },
    { OK, "shop", GET "\r\n" },
    { OK, "shop", GET "Content-Length: 0\r\n\r\n" },
    { OK, "shop", POST JSON "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n" },
    { OK, "shop",
      "PATCH /v1/tokens/x HTTP/1.1\r\nHost: h\r\n"
      "Content-Type: application/merge-patch+json\r\nContent-Length: 2\r\n\r\n" },
    { OK, "clerk", "GET /v1/openapi.json HTTP/1.1\r\nHost: h\r\n\r\n" },
    { ERR_UNKNOWN_CLIENT, "nobody", "POST /nothing HTTP/1.1\r\nHost: h\r\n\r\n" },
    { ERR_NO_ROUTE, "clerk", "BREW /v1/tokenize/ HTTP/1.1\r\nHost: h\r\n\r\n" },
    { ERR_NO_ROUTE, "clerk", "POST /v1/forward/none/x HTTP/1.1\r\nHost: h\r\n\r\n" },
    { ERR_NOT_IMPLEMENTED, "clerk", "BREW /v1/tokenize HTTP/1.1\r\nHost: h\r\n\r\n" },
    { ERR_BAD_METHOD, "clerk",
      "PUT /v1/tokenize HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n" },
    { ERR_DENIED, "clerk", POST "Content-Length: 1001\r\nExpect: more\r\n\r\n" },
    { ERR_MEDIA_TYPE, "shop", POST "Content-Length: 1001\r\nExpect: more\r\n\r\n" },
    { ERR_MEDIA_TYPE, "shop",
      POST "Content-Type: text/plain\r\nContent-Length: 1001\r\nExpect: more\r\n\r\n" },
    { ERR_MEDIA_TYPE, "shop",
      POST "Content-Type: application/merge-patch+json\r\nContent-Length: 2\r\n\r\n" },
    { ERR_MEDIA_TYPE, "shop", POST JSON "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n" },
    { ERR_MEDIA_TYPE, "shop", GET "Content-Encoding: identity\r\n\r\n" },
    { ERR_TOO_LARGE, "shop", POST JSON "Content-Length: 1001\r\nExpect: more\r\n\r\n" },
    { ERR_EXPECTATION, "shop", POST JSON "Content-Length: 1000\r\nExpect: more\r\n\r\n" },
    { ERR_EXPECTATION, "shop", GET "Content-Length: 1\r\nExpect: more\r\n\r\n" },
    { ERR_BAD_REQUEST, "shop", GET "Content-Length: 1\r\n\r\n" },
    { ERR_BAD_REQUEST, "shop", GET "Transfer-Encoding: chunked\r\n\r\n" },
};

static void the_first_check_that_fails_answers(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct exchange *exchange = booth_request(*state, rows[i].client, rows[i].head);
        print_message("%s %s", rows[i].client, rows[i].head);
        assert_err(rows[i].err, judge(exchange));
        exchange_give_back(exchange);
    }
}

static void a_call_that_exists_is_known_even_if_it_is_refused(void **state)
{
    struct exchange *exchange = booth_request(*state, "clerk", GET "\r\n");

    assert_err(ERR_DENIED, judge(exchange));
    assert_int_equal(AUDIT_INSPECT, exchange->endpoint->kind);
    assert_bytes(bytes_lit("x"), exchange->parameter);
    exchange_give_back(exchange);
}

static void another_method_is_answered_with_the_right_ones(void **state)
{
    struct exchange *exchange =
        booth_request(*state, "shop", "PUT /v1/tokens/x HTTP/1.1\r\nHost: h\r\n\r\n");

    assert_err(ERR_BAD_METHOD, judge(exchange));
    assert_bytes(bytes_lit("Allow: GET, HEAD, PATCH, DELETE\r\n"),
                 buf_bytes(&exchange->answer.fields));
    exchange_give_back(exchange);
}

static void a_spent_rate_says_when_to_come_back(void **state)
{
    struct booth *booth = *state;
    struct principal slow = { .rights = RIGHT_NONE };
    struct standing standing = { 0 };
    struct exchange *exchange = booth_request(booth, "clerk",
                                              "GET /v1/openapi.json HTTP/1.1\r\nHost: h\r\n"
                                              "Content-Encoding: gzip\r\n\r\n");

    rate_init(&standing.rate, 1);
    slow.standing = &standing;
    exchange->caller.principal = &slow;
    assert_err(ERR_MEDIA_TYPE, judge(exchange)); /* the rate stands before it, and is charged */
    assert_int_equal(0, exchange->answer.retry_after_s);
    assert_err(ERR_RATE, judge(exchange));
    assert_int_equal(1, exchange->answer.retry_after_s);
    exchange_give_back(exchange);
}

static void a_denied_request_costs_no_rate(void **state)
{
    struct principal slow = { .rights = RIGHT_NONE };
    struct standing standing = { 0 };
    struct exchange *exchange = booth_request(*state, "clerk", POST JSON "\r\n");

    rate_init(&standing.rate, 1);
    slow.standing = &standing;
    exchange->caller.principal = &slow;
    for (int i = 0; i < 5; i++)
        assert_err(ERR_DENIED, judge(exchange));
    exchange_give_back(exchange);
}

/* Whether the connection may live on after a refusal of this head. */
static bool goes_on(void **state, const char *client, const char *head)
{
    struct exchange *exchange = booth_request(*state, client, head);
    enum err err = judge(exchange);
    bool on;

    assert_true(err != OK);
    on = admission_may_go_on(exchange, err);
    exchange_give_back(exchange);
    return on;
}

static void a_connection_lives_on_where_its_body_can_be_read_over(void **state)
{
    assert_true(goes_on(state, "clerk", POST JSON "Content-Length: 10\r\n\r\n"));
    assert_true(goes_on(state, "shop", POST "Content-Length: 10\r\n\r\n"));
    assert_true(
        goes_on(state, "clerk", POST JSON "Content-Length: 10\r\nExpect: 100-continue\r\n\r\n"));
    assert_true(goes_on(state, "shop", "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n"));
    assert_true(goes_on(state, "shop", GET "Content-Length: 1\r\n\r\n"));
    assert_false(goes_on(state, "nobody", GET "\r\n"));
    assert_false(goes_on(state, "shop", POST JSON "Content-Length: 1001\r\n\r\n"));
    assert_false(goes_on(state, "clerk", POST JSON "Content-Length: 1001\r\n\r\n"));
    assert_false(goes_on(state, "shop", POST JSON "Content-Length: 5\r\nExpect: more\r\n\r\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_check_that_fails_answers),
        cmocka_unit_test(a_call_that_exists_is_known_even_if_it_is_refused),
        cmocka_unit_test(another_method_is_answered_with_the_right_ones),
        cmocka_unit_test(a_spent_rate_says_when_to_come_back),
        cmocka_unit_test(a_denied_request_costs_no_rate),
        cmocka_unit_test(a_connection_lives_on_where_its_body_can_be_read_over),
    };

    return cmocka_run_group_tests(tests, booth_setup, booth_teardown);
}
