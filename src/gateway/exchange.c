#include "gateway/exchange.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/must.h"
#include "gateway/endpoint_table.h"
#include "gateway/forward.h"
#include "service/request_key.h"
#include "service/text.h"

enum {
    EXCHANGES_MAX = 8192,      /* of one worker, in use or in the pool */
    EXCHANGES_KEPT = 512,      /* in the pool */
    KEEP_CAPACITY = 32 * 1024, /* a larger buffer goes back to the heap */
    ID_BYTES = 10,
    BODY_STEP = 4 * 1024,
    BODY_WEIGHT = 2,    /* its buffer doubles as it grows */
    FORWARD_WEIGHT = 8, /* it is read, and written anew with longer values in it */
};

static struct exchange *exchange_new(struct worker *worker)
{
    struct exchange *exchange;

    if (worker->exchange_count >= EXCHANGES_MAX)
        return NULL;
    exchange = calloc(1, sizeof(*exchange));
    if (exchange == NULL)
        return NULL;
    worker->exchange_count++;
    buf_init(&exchange->head_text, HTTP_HEAD_SIZE_MAX);
    buf_init(&exchange->body, SIZE_MAX / 2);
    buf_init(&exchange->answer.fields, HTTP_HEAD_SIZE_MAX);
    buf_init(&exchange->answer.body, EXCHANGE_TEXT_MAX);
    return exchange;
}

void exchange_free(struct exchange *exchange)
{
    buf_done(&exchange->head_text);
    buf_done(&exchange->body);
    buf_done(&exchange->answer.fields);
    buf_done(&exchange->answer.body);
    free(exchange);
}

void request_id_make(struct worker *worker, char ret_id[REQUEST_ID_SIZE])
{
    uint8_t bytes[ID_BYTES];
    struct buf text;

    random_bytes(key_user_random(worker->service.keys), bytes, sizeof(bytes));
    buf_init_fixed(&text, ret_id, REQUEST_ID_SIZE - 1);
    buf_add_str(&text, "req_");
    encode_base32(bytes_of(bytes, sizeof(bytes)), &text);
    must(buf_check(&text) == OK);
    ret_id[text.size] = '\0';
}

struct exchange *exchange_take(struct worker *worker)
{
    struct list *node = list_take_first(&worker->exchanges);
    struct exchange *exchange =
        node == NULL ? exchange_new(worker) : list_item(node, struct exchange, node);

    if (exchange == NULL)
        return NULL;
    if (node != NULL)
        worker->exchanges_idle--;
    list_init(&exchange->node);
    exchange->worker = worker;
    exchange->body_room = EXCHANGE_BODY_FREE;
    exchange->directory = directory_hold(worker->directory);
    exchange->started_ns = clock_mono_ns();
    request_id_make(worker, exchange->request_id);
    exchange->caller.worker = &worker->service;
    exchange->caller.request_id = exchange->request_id;
    return exchange;
}

/* A submission that is still out comes back to the worker, who frees it then. */
static void let_submission_go(struct exchange *exchange)
{
    if (exchange->submission == NULL)
        return;
    if (exchange->submission_is_out)
        exchange->submission->owner = NULL;
    else
        submission_free(exchange->worker->service.vault, exchange->submission);
}

static void empty_buffer(struct buf *buf)
{
    if (buf->capacity > KEEP_CAPACITY)
        buf_done(buf);
    else
        buf_clear(buf);
}

/* The buffers keep their storage; head and job, behind everything else, begin anew. */
static void exchange_clear(struct exchange *exchange)
{
    struct buf head_text = exchange->head_text, body = exchange->body;
    struct buf fields = exchange->answer.fields, text = exchange->answer.body;

    memset(exchange, 0, offsetof(struct exchange, head));
    exchange->head_text = head_text;
    exchange->body = body;
    exchange->answer.fields = fields;
    exchange->answer.body = text;
}

static struct memory *share_of(const struct exchange *exchange)
{
    const struct principal *principal = exchange->caller.principal;

    return principal == NULL ? exchange->worker->memory : &principal->standing->memory;
}

enum err exchange_hold(struct exchange *exchange, uint64_t bytes)
{
    struct memory *share = share_of(exchange), *all = exchange->worker->memory;

    if (bytes == 0)
        return OK;
    if (exchange->memory_held + bytes > memory_max(share))
        return ERR_TOO_LARGE;
    if (!memory_take(all, bytes))
        return ERR_OVERLOADED;
    if (share != all && !memory_take(share, bytes)) {
        memory_give(all, bytes);
        return ERR_OVERLOADED;
    }
    exchange->memory_held += bytes;
    return OK;
}

static void let_memory_go(struct exchange *exchange, uint64_t bytes)
{
    struct memory *share = share_of(exchange), *all = exchange->worker->memory;

    if (bytes == 0)
        return;
    memory_give(all, bytes);
    if (share != all)
        memory_give(share, bytes);
    exchange->memory_held -= bytes;
}

/* The pool is for what is usual; after a crowd the rest goes back to the heap. */
static void keep_or_free(struct exchange *exchange)
{
    struct worker *worker = exchange->worker;

    if (worker->exchanges_idle == EXCHANGES_KEPT) {
        worker->exchange_count--;
        exchange_free(exchange);
        return;
    }
    exchange_clear(exchange);
    worker->exchanges_idle++;
    list_add_first(&worker->exchanges, &exchange->node); /* its memory is still near */
}

void exchange_give_back(struct exchange *exchange)
{
    if (exchange->has_job)
        exchange->endpoint->handler->done(exchange);
    let_submission_go(exchange);
    if (exchange->forward != NULL)
        forward_free(exchange->forward);
    json_doc_done(&exchange->json);
    let_memory_go(exchange, exchange->memory_held);
    directory_release(exchange->directory);
    outlet_release(exchange->outlet);
    empty_buffer(&exchange->head_text);
    empty_buffer(&exchange->body);
    empty_buffer(&exchange->answer.fields);
    empty_buffer(&exchange->answer.body);
    keep_or_free(exchange);
}

void exchange_leave(struct exchange *exchange)
{
    bool waits = exchange->submission_is_out;

    exchange->session = NULL;
    if (exchange->forward != NULL)
        waits = forward_leave(exchange->forward);
    if (!waits)
        exchange_give_back(exchange);
}

static uint32_t retry_after_s(enum err err)
{
    return err_http(err) == 503 || err == ERR_KEY_IN_FLIGHT ? 1 : 0;
}

void exchange_fail(struct exchange *exchange, enum err err, const char *field)
{
    struct answer *answer = &exchange->answer;

    answer->err = err;
    answer->status = err_http(err);
    answer->field = field;
    if (answer->retry_after_s == 0)
        answer->retry_after_s = retry_after_s(err);
}

void exchange_refuse(struct exchange *exchange, enum err err, const char *field)
{
    const struct endpoint_row *endpoint = exchange->endpoint;
    struct audit_entry entry;

    exchange_fail(exchange, err, field);
    caller_entry(&exchange->caller, endpoint == NULL ? AUDIT_REFUSED : endpoint->kind, &entry);
    if (exchange->outlet != NULL)
        must(bytes_copy_text(bytes_str(exchange->outlet->route->config->name), entry.route,
                             sizeof(entry.route)));
    refusals_add(exchange->worker->service.refusals, &entry, err, exchange->parameter);
}

static enum err check_text(struct bytes text, bool is_query)
{
    struct buf decoded AUTO(buf_done) = { 0 };

    buf_init(&decoded, HTTP_HEAD_SIZE_MAX);
    target_decode(text, is_query, &decoded);
    TRY(buf_check(&decoded));
    return text_check(buf_bytes(&decoded), SIZE_MAX);
}

/* No call has a query but those that forward. */
static enum err check_query(const struct exchange *exchange)
{
    const struct http_head *head = &exchange->head;

    TRY(check_text(http_span_bytes(head->query, exchange_head(exchange)), true));
    return head->has_query && exchange->outlet == NULL ? ERR_BAD_REQUEST : OK;
}

static enum err check_key(const struct exchange *exchange)
{
    const struct http_fields *fields = &exchange->head.fields;

    if (!exchange->endpoint->takes_key || !http_fields_have(fields, HTTP_IDEMPOTENCY_KEY))
        return OK;
    return request_key_check(
        http_fields_known(fields, exchange_head(exchange), HTTP_IDEMPOTENCY_KEY));
}

enum err exchange_check_texts(struct exchange *exchange)
{
    struct bytes path = http_span_bytes(exchange->head.path, exchange_head(exchange));

    blame_note(&exchange->blame, check_text(path, false), "path");
    blame_note(&exchange->blame, check_query(exchange), "query");
    blame_note(&exchange->blame, check_key(exchange), "Idempotency-Key");
    return exchange->blame.err;
}

enum err exchange_read_key(struct exchange *exchange, struct submission *submission)
{
    const struct http_fields *fields = &exchange->head.fields;
    struct bytes head = exchange_head(exchange);
    const struct bytes parts[3] = { bytes_str(http_method_name(exchange->head.method)),
                                    http_span_bytes(exchange->head.path, head),
                                    http_fields_known(fields, head, HTTP_IDEMPOTENCY_KEY) };

    if (!exchange->endpoint->takes_key || !http_fields_have(fields, HTTP_IDEMPOTENCY_KEY))
        return OK;
    return request_key_read(&exchange->caller, parts, buf_bytes(&exchange->body),
                            &submission->idempotency);
}

static uint64_t body_weight(const struct exchange *exchange)
{
    return exchange->endpoint->body >= BODY_FORWARD ? FORWARD_WEIGHT : BODY_WEIGHT;
}

enum err exchange_hold_body(struct exchange *exchange, size_t size)
{
    size_t wanted = exchange->body.size + size;

    if (wanted <= exchange->body_room)
        return OK;
    wanted = (wanted + BODY_STEP - 1) / BODY_STEP * BODY_STEP;
    TRY(exchange_hold(exchange, body_weight(exchange) * (wanted - exchange->body_room)));
    exchange->body_room = wanted;
    return OK;
}

void exchange_drop_body(struct exchange *exchange)
{
    buf_done(&exchange->body);
    let_memory_go(exchange, body_weight(exchange) * (exchange->body_room - EXCHANGE_BODY_FREE));
    exchange->body_room = EXCHANGE_BODY_FREE;
}

enum err exchange_prepare(struct exchange *exchange, size_t count)
{
    must(count > 0);
    TRY(exchange_hold(exchange, (count - 1) * sizeof(struct proposal)));
    exchange->submission = submission_new(exchange->worker->service.vault, count);
    return exchange->submission == NULL ? ERR_OVERLOADED : OK;
}

enum err exchange_submit(struct exchange *exchange)
{
    struct submission *submission = exchange->submission;

    submission->reply_to = exchange->worker->outcomes;
    submission->owner = exchange;
    TRY(vault_submit(exchange->worker->service.vault, submission));
    exchange->submission_is_out = true;
    exchange->worker->submissions_out++;
    return OK;
}
