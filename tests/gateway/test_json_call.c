#include "gateway/booth.h"

#include "gateway/json_call.h"

#define TOKENIZE "POST /v1/tokenize" BOOTH_JSON BOOTH_END

/* A request at its call, with a body. */
static struct exchange *opened(void **state, const char *body)
{
    struct exchange *exchange = booth_request(*state, "shop", TOKENIZE);

    assert_err(OK, admission_judge(exchange, BOOTH_BODY_MAX));
    buf_add_str(&exchange->body, body);
    return exchange;
}

static void what_is_no_json_is_said_before_everything_else(void **state)
{
    struct exchange *exchange = opened(state, "{\"a\":1,\"a\":2}");
    struct json_reader body;

    assert_err(ERR_BAD_JSON, json_call_open(exchange, 0, &body));
    assert_int_equal(SERVE_ANSWER, json_call_begun(exchange, ERR_BAD_JSON));
    assert_refuses(ERR_BAD_JSON, NULL, exchange);
    exchange_give_back(exchange);
}

static void the_first_fault_of_the_members_is_noted(void **state)
{
    struct exchange *exchange = opened(state, "{\"a\":1}");
    struct json_reader body;
    struct bytes text;

    assert_err(OK, json_call_open(exchange, 0, &body));
    json_need_text(&body, "b", &text);
    json_call_taken(exchange);
    assert_err(ERR_BAD_REQUEST, exchange->blame.err);
    assert_string_equal("b", exchange->blame.field);
    assert_int_equal(SERVE_ANSWER, json_call_begun(exchange, ERR_BAD_REQUEST));
    assert_refuses(ERR_BAD_REQUEST, "b", exchange);
    exchange_give_back(exchange);
}

static void a_field_is_blamed_only_for_the_error_that_was_noted(void **state)
{
    struct exchange *exchange = opened(state, "{}");

    blame_note(&exchange->blame, ERR_BAD_PAN, "card.number");
    assert_int_equal(SERVE_ANSWER, json_call_begun(exchange, ERR_OVERLOADED));
    assert_refuses(ERR_OVERLOADED, NULL, exchange);
    exchange_give_back(exchange);
}

static void what_went_well_waits(void **state)
{
    struct exchange *exchange = opened(state, "{}");

    assert_int_equal(SERVE_WAIT, json_call_begun(exchange, OK));
    assert_int_equal(0, exchange->answer.status);
    exchange_give_back(exchange);
}

static void a_submission_has_the_requests_key(void **state)
{
    struct exchange *exchange =
        booth_request(*state, "shop",
                      "POST /v1/tokenize" BOOTH_JSON "Idempotency-Key: k\r\n" BOOTH_END);

    assert_err(OK, admission_judge(exchange, BOOTH_BODY_MAX));
    assert_err(OK, json_call_prepare(exchange, 3));
    assert_int_equal(3, exchange->submission->count);
    assert_true(exchange->submission->idempotency.used);
    exchange_give_back(exchange);
}

static void an_answer_has_the_receipt_of_its_entry(void **state)
{
    struct exchange *exchange = opened(state, "{}");
    struct token token = { "9480231174061111", 16 };
    struct json_writer json;

    assert_err(OK, json_call_prepare(exchange, 1));
    exchange->submission->items[0].number = 17;
    json = json_call_answer(exchange, 200);
    assert_int_equal(SERVE_ANSWER, json_call_answered(exchange, &json, &token));
    assert_answers(200, "{}", exchange);
    assert_true(exchange->answer.has_receipt);
    assert_int_equal(17, exchange->answer.receipt);
    assert_string_equal("1111", exchange->answer.token_last4);
    assert_int_equal(0, exchange->answer.fields.size);
    exchange_give_back(exchange);
}

static void a_replay_names_itself_and_its_own_receipt(void **state)
{
    struct exchange *exchange = opened(state, "{}");
    struct json_writer json;

    assert_err(OK, json_call_prepare(exchange, 1));
    exchange->submission->items[0].number = 17;
    exchange->submission->replayed = true;
    exchange->submission->replay_number = 99;
    json = json_call_answer(exchange, 201);
    (void)json_call_answered(exchange, &json, NULL);
    assert_int_equal(99, exchange->answer.receipt);
    assert_bytes(bytes_lit("Idempotency-Replayed: true\r\nPangate-Receipt: 99\r\n"),
                 buf_bytes(&exchange->answer.fields));
    exchange_give_back(exchange);
}

static void an_item_that_was_denied_has_its_receipt_too(void **state)
{
    struct exchange *exchange = opened(state, "{}");

    assert_err(OK, json_call_prepare(exchange, 1));
    exchange->submission->items[0].number = 17;
    assert_int_equal(SERVE_ANSWER,
                     json_call_denied(exchange, &exchange->submission->items[0], ERR_NO_TOKEN));
    assert_refuses(ERR_NO_TOKEN, NULL, exchange);
    assert_int_equal(17, exchange->answer.receipt);
    exchange_give_back(exchange);
}

static void a_key_that_was_refused_has_the_number_of_its_entry(void **state)
{
    struct exchange *exchange = opened(state, "{}");

    assert_err(OK, json_call_prepare(exchange, 1));
    exchange->submission->replay_number = 21;
    assert_int_equal(SERVE_ANSWER, json_call_returned(exchange, ERR_KEY_IN_FLIGHT));
    assert_refuses(ERR_KEY_IN_FLIGHT, NULL, exchange);
    assert_int_equal(21, exchange->answer.receipt);
    assert_int_equal(1, exchange->answer.retry_after_s);
    exchange_give_back(exchange);
    exchange = opened(state, "{}");
    assert_int_equal(SERVE_ANSWER, json_call_returned(exchange, ERR_JOURNAL));
    assert_refuses(ERR_JOURNAL, NULL, exchange);
    assert_false(exchange->answer.has_receipt); /* nothing was decided */
    exchange_give_back(exchange);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_json_is_said_before_everything_else),
        cmocka_unit_test(the_first_fault_of_the_members_is_noted),
        cmocka_unit_test(a_field_is_blamed_only_for_the_error_that_was_noted),
        cmocka_unit_test(what_went_well_waits),
        cmocka_unit_test(a_submission_has_the_requests_key),
        cmocka_unit_test(an_answer_has_the_receipt_of_its_entry),
        cmocka_unit_test(a_replay_names_itself_and_its_own_receipt),
        cmocka_unit_test(an_item_that_was_denied_has_its_receipt_too),
        cmocka_unit_test(a_key_that_was_refused_has_the_number_of_its_entry),
    };

    return cmocka_run_group_tests(tests, booth_setup, booth_teardown);
}
