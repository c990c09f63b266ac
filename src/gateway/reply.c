#include "gateway/reply.h"

#include "base/clock.h"
#include "gateway/access_log.h"
#include "gateway/endpoint_table.h"
#include "gateway/forward_answer.h"
#include "net/loop.h"
#include "wire/problem.h"

static void write_problem(struct exchange *exchange)
{
    struct answer *answer = &exchange->answer;
    struct vault *vault = exchange->worker->service.vault;
    struct problem problem = { .err = answer->err,
                               .detail = answer->err == ERR_JOURNAL ? vault_cause(vault) : NULL,
                               .field = answer->field,
                               .request_id = bytes_str(exchange->request_id) };

    buf_clear(&answer->body);
    problem_write(&answer->body, &problem);
    answer->content_type = PROBLEM_MEDIA_TYPE;
    if (answer->retry_after_s > 0)
        http_write_field_number(&answer->fields, "Retry-After", answer->retry_after_s);
}

static void write_trace(struct exchange *exchange)
{
    const struct http_fields *fields = &exchange->head.fields;

    if (http_fields_have(fields, HTTP_TRACEPARENT))
        http_write_field(&exchange->answer.fields, "traceparent",
                         http_fields_known(fields, exchange_head(exchange), HTTP_TRACEPARENT));
}

/* Everything that is answered is of one client's eyes only. */
static void write_head(struct exchange *exchange, struct bytes body, struct buf *output)
{
    struct answer *answer = &exchange->answer;
    struct http_answer head = { .status = answer->status,
                                .date = exchange->worker->date.text,
                                .request_id = bytes_str(exchange->request_id),
                                .content_type = answer->content_type,
                                .content_length = body.size,
                                .close = answer->close };

    if (answer->streamed)
        head.body = exchange->head.is_old ? HTTP_ANSWER_UNTIL_CLOSE : HTTP_ANSWER_CHUNKED;
    if (exchange->endpoint != NULL && exchange->endpoint->body >= BODY_FORWARD)
        forward_write_facts(exchange, &answer->fields);
    http_write_field_str(&answer->fields, "Cache-Control", "no-store");
    head.fields = buf_bytes(&answer->fields);
    http_write_answer(output, &head);
}

static void count(struct exchange *exchange, int64_t duration_ns)
{
    struct counters *counters = &exchange->worker->counters;
    struct request_facts facts = { .endpoint = exchange->endpoint == NULL
                                                   ? COUNTERS_NO_ENDPOINT
                                                   : (uint8_t)endpoint_index(exchange->endpoint),
                                   .method = (uint8_t)exchange->head.method,
                                   .status = (uint16_t)exchange->answer.status,
                                   .duration_ns = duration_ns };

    counters_add_request(counters, &facts);
    if (exchange->answer.err != OK)
        counter_add(&counters->refusals[exchange->answer.err], 1);
}

void reply_end(struct exchange *exchange)
{
    int64_t duration_ns = clock_mono_ns() - exchange->started_ns;

    count(exchange, duration_ns);
    access_log_write(exchange, duration_ns);
}

static bool has_body(const struct exchange *exchange)
{
    int status = exchange->answer.status;

    return exchange->head.method != HTTP_HEAD && status != 204 && status != 304;
}

void reply_write(struct exchange *exchange, struct buf *output)
{
    struct answer *answer = &exchange->answer;
    size_t before = output->size;
    struct bytes body;

    http_date_set(&exchange->worker->date, clock_wall_ms());
    write_trace(exchange);
    if (answer->err == OK && buf_check(&answer->body) != OK) {
        answer->err = ERR_INTERNAL;
        answer->status = err_http(answer->err);
    }
    if (answer->err != OK)
        write_problem(exchange);
    body = answer->err == OK && answer->constant.size > 0 ? answer->constant
                                                          : buf_bytes(&answer->body);
    write_head(exchange, body, output);
    exchange->bytes_out = output->size - before;
    if (answer->streamed)
        return;
    if (has_body(exchange))
        buf_add(output, body);
    exchange->bytes_out = output->size - before;
    reply_end(exchange);
}

void reply_write_overloaded(struct worker *worker, struct buf *output)
{
    char id[REQUEST_ID_SIZE];
    uint8_t storage[1024];
    struct buf body;
    struct problem problem = { .err = ERR_OVERLOADED };
    struct http_answer head = { .status = err_http(ERR_OVERLOADED),
                                .date = worker->date.text,
                                .content_type = PROBLEM_MEDIA_TYPE,
                                .close = true,
                                .fields = bytes_lit("Retry-After: 1\r\n") };

    request_id_make(worker, id);
    head.request_id = problem.request_id = bytes_str(id);
    buf_init_fixed(&body, storage, sizeof(storage));
    problem_write(&body, &problem);
    head.content_length = body.size;
    counter_add(&worker->counters.refusals[ERR_OVERLOADED], 1);
    http_write_answer(output, &head);
    buf_add(output, buf_bytes(&body));
}
