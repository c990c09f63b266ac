#include "gateway/booth.h"

#include "gateway/endpoint_table.h"
#include "gateway/reply.h"

#define GET "GET /v1/openapi.json HTTP/1.1\r\nHost: h\r\n"

/* What is written for an exchange, as text. The exchange goes back. */
struct written {
    struct buf output;
    char *text;
};

static void written_done(struct written *written)
{
    buf_done(&written->output);
}

static void write_reply(struct exchange *exchange, struct written *ret_written)
{
    buf_init(&ret_written->output, 1 << 20);
    exchange->endpoint = endpoint_at(endpoint_count() - 2);
    reply_write(exchange, &ret_written->output);
    assert_int_equal(ret_written->output.size, exchange->bytes_out);
    buf_add_u8(&ret_written->output, '\0');
    ret_written->text = (char *)ret_written->output.data;
    exchange_give_back(exchange);
}

static void assert_holds(const struct written *written, const char *part)
{
    if (strstr(written->text, part) != NULL)
        return;
    print_error("\"%s\" is not in:\n%s\n", part, written->text);
    fail();
}

static void an_answer_has_the_fields_of_every_answer(void **state)
{
    struct exchange *exchange =
        booth_request(*state, "shop", GET "traceparent: 00-ab-cd-01\r\n\r\n");
    struct written written AUTO(written_done) = { 0 };
    char id[64];

    (void)snprintf(id, sizeof(id), "Pangate-Request-Id: %s\r\n", exchange->request_id);
    exchange->answer.status = 200;
    exchange->answer.content_type = "application/json";
    buf_add_str(&exchange->answer.body, "{\"a\":1}");
    write_reply(exchange, &written);
    assert_true(strncmp(written.text, "HTTP/1.1 200 ", 13) == 0);
    assert_holds(&written, id);
    assert_holds(&written, "\r\nDate: ");
    assert_holds(&written, "\r\nContent-Type: application/json\r\n");
    assert_holds(&written, "\r\nContent-Length: 7\r\n");
    assert_holds(&written, "\r\nCache-Control: no-store\r\n");
    assert_holds(&written, "\r\ntraceparent: 00-ab-cd-01\r\n");
    assert_holds(&written, "\r\n\r\n{\"a\":1}");
    assert_null(strstr(written.text, "Connection: close"));
}

static void a_problem_replaces_whatever_was_begun(void **state)
{
    struct exchange *exchange = booth_request(*state, "shop", GET "\r\n");
    struct written written AUTO(written_done) = { 0 };

    buf_add_str(&exchange->answer.body, "{\"half\":");
    exchange_fail(exchange, ERR_BAD_PAN, "card.number");
    write_reply(exchange, &written);
    assert_true(strncmp(written.text, "HTTP/1.1 422 ", 13) == 0);
    assert_holds(&written, "\r\nContent-Type: application/problem+json\r\n");
    assert_holds(&written, "{\"type\":\"urn:pangate:error:bad_card_number\"");
    assert_holds(&written, "\"field\":\"card.number\"");
    assert_null(strstr(written.text, "half"));
}

static void a_refusal_says_when_to_come_back_and_that_it_closes(void **state)
{
    struct exchange *exchange = booth_request(*state, "shop", GET "\r\n");
    struct written written AUTO(written_done) = { 0 };

    exchange->answer.retry_after_s = 17;
    exchange->answer.close = true;
    exchange_fail(exchange, ERR_RATE, NULL);
    write_reply(exchange, &written);
    assert_holds(&written, "\r\nRetry-After: 17\r\n");
    assert_holds(&written, "\r\nConnection: close\r\n");
}

/* RFC 9110, section 9.3.2: the fields of GET, and no content. */
static void an_answer_to_head_has_the_length_and_not_the_body(void **state)
{
    struct exchange *exchange =
        booth_request(*state, "shop", "HEAD /v1/openapi.json HTTP/1.1\r\nHost: h\r\n\r\n");
    struct written written AUTO(written_done) = { 0 };

    exchange->answer.status = 200;
    exchange->answer.content_type = "application/json";
    exchange->answer.constant = bytes_lit("constant");
    write_reply(exchange, &written);
    assert_holds(&written, "\r\nContent-Length: 8\r\n");
    assert_null(strstr(written.text, "constant"));
}

static void a_constant_is_sent_as_it_is(void **state)
{
    struct exchange *exchange = booth_request(*state, "shop", GET "\r\n");
    struct written written AUTO(written_done) = { 0 };

    exchange->answer.status = 200;
    exchange->answer.constant = bytes_lit("constant");
    write_reply(exchange, &written);
    assert_holds(&written, "\r\n\r\nconstant");
}

static void no_content_has_no_length(void **state)
{
    struct exchange *exchange = booth_request(*state, "shop", GET "\r\n");
    struct written written AUTO(written_done) = { 0 };

    exchange->answer.status = 204;
    write_reply(exchange, &written);
    assert_null(strstr(written.text, "Content-Length"));
    assert_string_equal("\r\n\r\n", written.text + strlen(written.text) - 4);
}

static void an_answer_that_did_not_fit_is_a_failure(void **state)
{
    struct exchange *exchange = booth_request(*state, "shop", GET "\r\n");
    struct written written AUTO(written_done) = { 0 };

    exchange->answer.status = 200;
    exchange->answer.body.failed = true;
    write_reply(exchange, &written);
    assert_true(strncmp(written.text, "HTTP/1.1 500 ", 13) == 0);
    assert_holds(&written, "\"code\":\"internal\"");
}

static void requests_and_refusals_are_counted(void **state)
{
    struct booth *booth = *state;
    struct counters *counters = &booth->worker.counters;
    uint64_t before = counters->refusals[ERR_DENIED], timed = 0, timed_before = 0;
    struct exchange *exchange = booth_request(booth, "shop", GET "\r\n");
    struct written written AUTO(written_done) = { 0 };

    for (size_t i = 0; i <= DURATION_BUCKETS; i++)
        timed_before += counters->duration_buckets[i];
    exchange_fail(exchange, ERR_DENIED, NULL);
    write_reply(exchange, &written);
    for (size_t i = 0; i <= DURATION_BUCKETS; i++)
        timed += counters->duration_buckets[i];
    assert_int_equal(before + 1, counters->refusals[ERR_DENIED]);
    assert_int_equal(timed_before + 1, timed);
}

static void a_connection_without_an_exchange_is_told_to_come_back(void **state)
{
    struct booth *booth = *state;
    struct written written AUTO(written_done) = { 0 };

    buf_init(&written.output, 4096);
    reply_write_overloaded(&booth->worker, &written.output);
    buf_add_u8(&written.output, '\0');
    written.text = (char *)written.output.data;
    assert_true(strncmp(written.text, "HTTP/1.1 503 ", 13) == 0);
    assert_holds(&written, "\r\nRetry-After: 1\r\n");
    assert_holds(&written, "\r\nConnection: close\r\n");
    assert_int_equal(1, booth->worker.counters.refusals[ERR_OVERLOADED]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_has_the_fields_of_every_answer),
        cmocka_unit_test(a_problem_replaces_whatever_was_begun),
        cmocka_unit_test(a_refusal_says_when_to_come_back_and_that_it_closes),
        cmocka_unit_test(an_answer_to_head_has_the_length_and_not_the_body),
        cmocka_unit_test(a_constant_is_sent_as_it_is),
        cmocka_unit_test(no_content_has_no_length),
        cmocka_unit_test(an_answer_that_did_not_fit_is_a_failure),
        cmocka_unit_test(requests_and_refusals_are_counted),
        cmocka_unit_test(a_connection_without_an_exchange_is_told_to_come_back),
    };

    return cmocka_run_group_tests(tests, booth_setup, booth_teardown);
}
