#include "gateway/booth.h"

#include "gateway/access_log.h"
#include "gateway/endpoint_table.h"
#include "wire/json.h"

#define TOKEN "9480231174061111"
#define GET   "GET /v1/tokens/" TOKEN " HTTP/1.1\r\nHost: h\r\nCookie: secret\r\n\r\n"

/* The line that is written, read as JSON again. */
struct logged {
    struct json_doc doc;
    struct json_fault fault;
    struct json_reader line;
    char text[2048];
};

static void logged_done(struct logged *logged)
{
    json_doc_done(&logged->doc);
}

static void write_log(struct exchange *exchange, int64_t duration_ns, struct logged *ret_logged)
{
    struct buf *lines = &exchange->worker->log_lines;

    buf_clear(lines);
    access_log_write(exchange, duration_ns);
    assert_true(bytes_copy_text(buf_bytes(lines), ret_logged->text, sizeof(ret_logged->text)));
    assert_int_equal(lines->size - 1, bytes_index(buf_bytes(lines), '\n')); /* one line */
    assert_err(OK, json_doc_read(buf_bytes(lines), &ret_logged->doc));
    ret_logged->line = json_reader_on(json_doc_root(&ret_logged->doc), &ret_logged->fault);
    buf_clear(lines);
    exchange_give_back(exchange);
}

static void assert_text(const char *expected, const char *name, struct logged *logged)
{
    struct bytes text = { 0 };

    assert_true(json_take_text(&logged->line, name, &text));
    assert_bytes(bytes_str(expected), text);
}

static void assert_number(int64_t expected, const char *name, struct logged *logged)
{
    int64_t number = -1;

    assert_true(json_take_integer(&logged->line, name, &number));
    assert_int_equal(expected, number);
}

static struct exchange *request(void **state)
{
    struct exchange *exchange = booth_request(*state, "shop", GET);
    struct endpoint_match match;

    assert_err(OK, endpoint_find(bytes_lit("/v1/tokens/" TOKEN), HTTP_GET, &match));
    exchange->endpoint = match.row;
    exchange->parameter = match.parameter;
    exchange->answer.status = 200;
    return exchange;
}

static void a_line_has_what_the_manual_lists(void **state)
{
    struct exchange *exchange = request(state);
    struct logged logged AUTO(logged_done) = { 0 };
    struct bytes id = { 0 };

    exchange->bytes_in = 100;
    exchange->bytes_out = 200;
    exchange->answer.has_receipt = true;
    exchange->answer.receipt = 184467;
    memcpy(exchange->answer.token_last4, "1111", 5);
    write_log(exchange, 17999999, &logged);
    assert_text("info", "level", &logged);
    assert_text("request", "msg", &logged);
    assert_true(json_take_text(&logged.line, "request_id", &id));
    assert_text("shop", "client", &logged);
    assert_text("shop", "tenant", &logged);
    assert_text("192.0.2.7", "address", &logged);
    assert_text("GET", "method", &logged);
    assert_text("/v1/tokens/{token}", "route", &logged);
    assert_number(200, "status", &logged);
    assert_text("1111", "token_last4", &logged);
    assert_text("184467", "receipt", &logged);
    assert_number(100, "bytes_in", &logged);
    assert_number(200, "bytes_out", &logged);
    assert_number(17, "duration_ms", &logged);
    assert_false(json_has(&logged.line, "code"));
}

static void neither_path_nor_fields_nor_token_are_logged(void **state)
{
    struct exchange *exchange = request(state);
    struct logged logged AUTO(logged_done) = { 0 };

    write_log(exchange, 0, &logged);
    assert_null(strstr(logged.text, TOKEN));
    assert_null(strstr(logged.text, "1111"));
    assert_null(strstr(logged.text, "secret"));
    assert_false(json_has(&logged.line, "receipt"));
}

static void refusals_are_warnings_and_failures_are_errors(void **state)
{
    struct exchange *exchange = request(state);
    struct logged refused AUTO(logged_done) = { 0 }, failed AUTO(logged_done) = { 0 };

    exchange_fail(exchange, ERR_NO_TOKEN, NULL);
    write_log(exchange, 0, &refused);
    assert_text("warn", "level", &refused);
    assert_text("no_such_token", "code", &refused);
    exchange = request(state);
    exchange_fail(exchange, ERR_JOURNAL, NULL);
    write_log(exchange, 0, &failed);
    assert_text("error", "level", &failed);
    assert_number(503, "status", &failed);
}

static void a_caller_that_is_nobody_has_an_address_and_no_route(void **state)
{
    struct exchange *exchange = booth_request(*state, "nobody", GET);
    struct logged logged AUTO(logged_done) = { 0 };

    exchange_fail(exchange, ERR_UNKNOWN_CLIENT, NULL);
    write_log(exchange, 0, &logged);
    assert_false(json_has(&logged.line, "client"));
    assert_false(json_has(&logged.line, "tenant"));
    assert_text("192.0.2.7", "address", &logged);
    assert_text("", "route", &logged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_what_the_manual_lists),
        cmocka_unit_test(neither_path_nor_fields_nor_token_are_logged),
        cmocka_unit_test(refusals_are_warnings_and_failures_are_errors),
        cmocka_unit_test(a_caller_that_is_nobody_has_an_address_and_no_route),
    };

    return cmocka_run_group_tests(tests, booth_setup, booth_teardown);
}
