#include "gateway/booth.h"

#include "gateway/endpoint_table.h"

#define VISA "4111111111111111"
#define POST "POST /v1/tokenize HTTP/1.1\r\nHost: h\r\n"

/* A request at its call, as admission leaves it. */
static struct exchange *request_at(void **state, const char *head)
{
    struct exchange *exchange = booth_request(*state, "shop", head);
    struct endpoint_match match;

    assert_err(OK, endpoint_find(http_span_bytes(exchange->head.path, exchange_head(exchange)),
                                 exchange->head.method, &match));
    exchange->endpoint = match.row;
    exchange->parameter = match.parameter;
    return exchange;
}

static void every_request_has_an_id_of_its_own(void **state)
{
    struct booth *booth = *state;
    char ids[50][REQUEST_ID_SIZE];

    for (size_t i = 0; i < 50; i++) {
        struct exchange *exchange = exchange_take(&booth->worker);
        assert_true(strncmp("req_", exchange->request_id, 4) == 0);
        assert_int_equal(20, strlen(exchange->request_id));
        assert_ptr_equal(exchange->request_id, exchange->caller.request_id);
        memcpy(ids[i], exchange->request_id, REQUEST_ID_SIZE);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(ids[j], ids[i]);
        exchange_give_back(exchange);
    }
}

static void what_a_request_brought_is_wiped_when_it_goes(void **state)
{
    struct booth *booth = *state;
    struct exchange *exchange = booth_request(booth, "shop", POST "Cookie: " VISA "\r\n\r\n");
    struct exchange *again;
    const uint8_t *head = exchange->head_text.data, *body;

    buf_add_str(&exchange->body, VISA);
    body = exchange->body.data;
    buf_add_str(&exchange->answer.body, VISA);
    exchange_give_back(exchange);
    assert_null(memmem(head, 80, VISA, 16));
    assert_null(memmem(body, 16, VISA, 16));
    again = exchange_take(&booth->worker);
    assert_ptr_equal(exchange, again);
    assert_int_equal(0, again->body.size);
    assert_int_equal(0, again->answer.body.size);
    assert_null(again->endpoint);
    assert_null(again->caller.principal);
    exchange_give_back(again);
}

static void a_large_buffer_goes_back_to_the_heap(void **state)
{
    struct booth *booth = *state;
    struct exchange *exchange = exchange_take(&booth->worker);

    (void)buf_reserve(&exchange->body, 100 * 1024);
    (void)buf_reserve(&exchange->head_text, 1000);
    exchange_give_back(exchange);
    assert_int_equal(0, exchange->body.capacity);
    assert_true(exchange->head_text.capacity >= 1000);
}

static void the_pool_has_an_end(void **state)
{
    struct booth *booth = *state;
    struct exchange *exchange = exchange_take(&booth->worker);
    size_t count = booth->worker.exchange_count;

    booth->worker.exchange_count = 8192;
    assert_null(exchange_take(&booth->worker));
    exchange_give_back(exchange);
    assert_ptr_equal(exchange, exchange_take(&booth->worker));
    exchange_give_back(exchange);
    booth->worker.exchange_count = count;
}

/* A reload replaces the directory while requests are served under the old one. */
static void a_request_keeps_the_clients_that_it_began_under(void **state)
{
    struct booth *booth = *state;
    struct worker *worker = &booth->worker;
    struct exchange *exchange = booth_request(booth, "shop", POST "\r\n");
    struct directory *before = worker->directory;

    assert_int_equal(2, before->users);
    worker->directory = directory_new(booth->shared);
    directory_release(before);
    assert_string_equal("shop", exchange->caller.principal->name);
    assert_int_equal(1, before->users);
    exchange_give_back(exchange);
}

static void an_error_has_its_status_and_when_to_come_back(void **state)
{
    struct booth *booth = *state;
    struct exchange *exchange = exchange_take(&booth->worker);

    exchange_fail(exchange, ERR_BAD_PAN, "card.number");
    assert_int_equal(422, exchange->answer.status);
    assert_string_equal("card.number", exchange->answer.field);
    assert_int_equal(0, exchange->answer.retry_after_s);
    exchange_fail(exchange, ERR_OVERLOADED, NULL);
    assert_int_equal(503, exchange->answer.status);
    assert_int_equal(1, exchange->answer.retry_after_s);
    exchange->answer.retry_after_s = 0;
    exchange_fail(exchange, ERR_KEY_IN_FLIGHT, NULL);
    assert_int_equal(1, exchange->answer.retry_after_s);
    exchange->answer.retry_after_s = 7;
    exchange_fail(exchange, ERR_RATE, NULL);
    assert_int_equal(7, exchange->answer.retry_after_s);
    exchange_give_back(exchange);
}

static void texts_outside_the_body_are_judged_decoded(void **state)
{
    static const struct {
        enum err err;
        const char *field, *head;
    } rows[] = {
        { OK, NULL, POST "\r\n" },
        { OK, NULL, POST "Idempotency-Key: k-1\r\n\r\n" },
        { ERR_BAD_REQUEST, "query", "POST /v1/tokenize?a=b HTTP/1.1\r\nHost: h\r\n\r\n" },
        { ERR_BAD_REQUEST, "query", "POST /v1/tokenize? HTTP/1.1\r\nHost: h\r\n\r\n" },
        { ERR_PAN_IN_TEXT, "query",
          "POST /v1/tokenize?a=%34111111111111111 HTTP/1.1\r\nHost: h\r\n\r\n" },
        { ERR_PAN_IN_TEXT, "query",
          "POST /v1/tokenize?4111+1111+1111+1111 HTTP/1.1\r\nHost: h\r\n\r\n" },
        { ERR_PAN_IN_TEXT, "path", "GET /v1/tokens/" VISA " HTTP/1.1\r\nHost: h\r\n\r\n" },
        { ERR_PAN_IN_TEXT, "path",
          "GET /v1/tokens/4111%201111%201111%201111 HTTP/1.1\r\nHost: h\r\n\r\n" },
        { OK, NULL, "GET /v1/tokens/4111+1111+1111+1111 HTTP/1.1\r\nHost: h\r\n\r\n" },
        { ERR_PAN_IN_TEXT, "Idempotency-Key", POST "Idempotency-Key: " VISA "\r\n\r\n" },
        { ERR_BAD_REQUEST, "Idempotency-Key", POST "Idempotency-Key: a b\r\n\r\n" },
        { ERR_BAD_REQUEST, "Idempotency-Key", POST "Idempotency-Key:\r\n\r\n" },
        { OK, NULL, "GET /v1/tokens/x HTTP/1.1\r\nHost: h\r\nIdempotency-Key: a b\r\n\r\n" },
        { ERR_BAD_REQUEST, "query", "GET /v1/tokens/" VISA "?a HTTP/1.1\r\nHost: h\r\n\r\n" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct exchange *exchange = request_at(state, rows[i].head);
        print_message("%s", rows[i].head);
        assert_err(rows[i].err, exchange_check_texts(exchange));
        if (rows[i].field != NULL)
            assert_string_equal(rows[i].field, exchange->blame.field);
        exchange_give_back(exchange);
    }
}

static struct idempotency key_of_head(void **state, const char *head, const char *body)
{
    struct booth *booth = *state;
    struct exchange *exchange = request_at(state, head);
    struct submission *submission = submission_new(booth->world.vault, 1);
    struct idempotency key;

    buf_add_str(&exchange->body, body);
    assert_err(OK, exchange_read_key(exchange, submission));
    key = submission->idempotency;
    submission_free(booth->world.vault, submission);
    exchange_give_back(exchange);
    return key;
}

static void a_key_counts_where_the_call_honours_it(void **state)
{
    struct idempotency first = key_of_head(state, POST "Idempotency-Key: k\r\n\r\n", "a");
    struct idempotency same = key_of_head(state, POST "Idempotency-Key: k\r\n\r\n", "a");
    struct idempotency body = key_of_head(state, POST "Idempotency-Key: k\r\n\r\n", "b");
    struct idempotency key = key_of_head(state, POST "Idempotency-Key: l\r\n\r\n", "a");

    assert_true(first.used);
    assert_memory_equal(&first, &same, sizeof(first));
    assert_memory_equal(first.scope, body.scope, sizeof(first.scope));
    assert_memory_not_equal(first.body, body.body, sizeof(first.body));
    assert_memory_not_equal(first.scope, key.scope, sizeof(first.scope));
    assert_false(key_of_head(state, POST "\r\n", "a").used);
    assert_false(key_of_head(state,
                             "DELETE /v1/tokens/x HTTP/1.1\r\nHost: h\r\n"
                             "Idempotency-Key: k\r\n\r\n",
                             "")
                     .used);
}

static void what_is_submitted_comes_back_to_the_worker(void **state)
{
    struct booth *booth = *state;
    struct exchange *exchange = request_at(state, POST "\r\n");

    exchange->submission = submission_new(booth->world.vault, 1);
    exchange->submission->items[0].kind = PROPOSE_NOTE;
    caller_entry(&exchange->caller, AUDIT_TOKENIZE, &exchange->submission->items[0].entry);
    assert_err(OK, exchange_submit(exchange));
    assert_true(exchange->submission_is_out);
    assert_int_equal(1, booth->worker.submissions_out);
    booth_await(booth, exchange);
    assert_err(OK, exchange->submission->err);
    assert_ptr_equal(exchange, exchange->submission->owner);
    exchange_give_back(exchange);
}

static void what_a_request_holds_counts_for_its_client_and_for_all(void **state)
{
    struct booth *booth = *state;
    struct exchange *shop = request_at(state, POST "\r\n");
    struct exchange *clerk = booth_request(booth, "clerk", POST "\r\n");
    const uint64_t share = BOOTH_MEMORY_MAX / 2;

    assert_err(ERR_TOO_LARGE, exchange_hold(shop, share + 1));
    assert_err(OK, exchange_hold(shop, share - 1));
    assert_err(ERR_TOO_LARGE, exchange_hold(shop, 2)); /* never, as long as this one runs */
    assert_err(OK, exchange_hold(clerk, share));
    assert_int_equal(BOOTH_MEMORY_MAX - 1, memory_used(&booth->memory));
    exchange_give_back(shop);
    shop = request_at(state, POST "\r\n");
    assert_err(OK, exchange_hold(shop, share));
    exchange_give_back(shop);
    exchange_give_back(clerk);
    assert_int_equal(0, memory_used(&booth->memory));
}

static void two_requests_of_a_client_share_its_part(void **state)
{
    struct booth *booth = *state;
    struct exchange *first = request_at(state, POST "\r\n");
    struct exchange *second = request_at(state, POST "\r\n");

    assert_err(OK, exchange_hold(first, BOOTH_MEMORY_MAX / 2 - 100));
    assert_err(ERR_OVERLOADED, exchange_hold(second, 101));
    assert_err(OK, exchange_hold(second, 100));
    exchange_give_back(first);
    exchange_give_back(second);
    memory_limit(&booth->memory, 50);
    first = request_at(state, POST "\r\n");
    assert_err(ERR_OVERLOADED, exchange_hold(first, 51));
    assert_int_equal(0, first->memory_held);
    exchange_give_back(first);
    memory_limit(&booth->memory, BOOTH_MEMORY_MAX);
}

static void a_body_is_counted_as_it_grows_and_many_proposals_are(void **state)
{
    struct booth *booth = *state;
    struct exchange *exchange = request_at(state, POST "\r\n");

    exchange->endpoint = endpoint_at(0);
    assert_err(OK, exchange_hold_body(exchange, EXCHANGE_BODY_FREE));
    assert_err(OK, exchange_prepare(exchange, 1));
    assert_int_equal(0, exchange->memory_held);
    submission_free(booth->world.vault, exchange->submission);
    assert_err(OK, exchange_hold_body(exchange, EXCHANGE_BODY_FREE + 1));
    assert_true(exchange->memory_held > 0);
    assert_err(OK, exchange_prepare(exchange, 1000));
    assert_true(exchange->memory_held > 999 * sizeof(struct proposal));
    submission_free(booth->world.vault, exchange->submission);
    exchange->submission = NULL;
    assert_err(ERR_TOO_LARGE, exchange_hold_body(exchange, BOOTH_MEMORY_MAX));
    exchange_give_back(exchange);
    assert_int_equal(0, memory_used(&booth->memory));
}

static void a_submission_that_is_out_is_let_go_of(void **state)
{
    struct booth *booth = *state;
    struct exchange *exchange = request_at(state, POST "\r\n");
    struct submission *submission = submission_new(booth->world.vault, 1);
    struct list back;

    exchange->submission = submission;
    submission->items[0].kind = PROPOSE_NOTE;
    caller_entry(&exchange->caller, AUDIT_TOKENIZE, &submission->items[0].entry);
    assert_err(OK, exchange_submit(exchange));
    exchange_give_back(exchange); /* the connection went */
    list_init(&back);
    while (list_is_empty(&back)) {
        mailbox_wait(booth->worker.outcomes, -1);
        mailbox_take(booth->worker.outcomes, &back);
    }
    booth->worker.submissions_out--;
    assert_ptr_equal(&submission->node, list_take_first(&back));
    assert_null(submission->owner);
    submission_free(booth->world.vault, submission);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_has_an_id_of_its_own),
        cmocka_unit_test(what_a_request_brought_is_wiped_when_it_goes),
        cmocka_unit_test(a_large_buffer_goes_back_to_the_heap),
        cmocka_unit_test(the_pool_has_an_end),
        cmocka_unit_test(a_request_keeps_the_clients_that_it_began_under),
        cmocka_unit_test(an_error_has_its_status_and_when_to_come_back),
        cmocka_unit_test(texts_outside_the_body_are_judged_decoded),
        cmocka_unit_test(a_key_counts_where_the_call_honours_it),
        cmocka_unit_test(what_is_submitted_comes_back_to_the_worker),
        cmocka_unit_test(what_a_request_holds_counts_for_its_client_and_for_all),
        cmocka_unit_test(two_requests_of_a_client_share_its_part),
        cmocka_unit_test(a_body_is_counted_as_it_grows_and_many_proposals_are),
        cmocka_unit_test(a_submission_that_is_out_is_let_go_of),
    };

    return cmocka_run_group_tests(tests, booth_setup, booth_teardown);
}
