#include "gateway/json_call.h"

#include "base/clock.h"
#include "base/must.h"
#include "gateway/alarm.h"
#include "wire/json_measure.h"

enum {
    VALUE_COST = 256,     /* bytes of the library's for a value, an empty object's at the most */
    VALUES_MAX = 4096,    /* in a body; far more than any call takes ... */
    ITEM_VALUES_MAX = 80, /* ... but for a batch: 20 pairs of metadata, 32 routes, 13 others */
};

/* Judged and counted before anything is made of it: three bytes can become a value of 250. */
static enum err make_room(struct exchange *exchange, size_t items_max)
{
    struct json_measure measure = json_measure(buf_bytes(&exchange->body));
    uint64_t cost = measure.values * VALUE_COST + exchange->body.size;

    if (items_max > 0 && measure.items > items_max) {
        blame_note(&exchange->blame, ERR_BAD_REQUEST, "items");
        return exchange->blame.err;
    }
    if (measure.values > VALUES_MAX + items_max * ITEM_VALUES_MAX)
        return ERR_BAD_REQUEST;
    return exchange_hold(exchange, cost > EXCHANGE_JSON_FREE ? cost - EXCHANGE_JSON_FREE : 0);
}

enum err json_call_open(struct exchange *exchange, size_t items_max, struct json_reader *ret_body)
{
    err_ignore(exchange_check_texts(exchange));
    TRY(make_room(exchange, items_max));
    TRY(json_doc_read(buf_bytes(&exchange->body), &exchange->json));
    *ret_body = json_reader_on(json_doc_root(&exchange->json), &exchange->fault);
    return OK;
}

void json_call_taken(struct exchange *exchange)
{
    blame_note(&exchange->blame, exchange->fault.err, exchange->fault.field);
}

enum err json_call_prepare(struct exchange *exchange, size_t count)
{
    TRY(exchange_prepare(exchange, count));
    return exchange_read_key(exchange, exchange->submission);
}

enum err json_call_spend(struct exchange *exchange, size_t count)
{
    struct velocity_verdict verdict;
    enum err err = velocity_take(&exchange->caller.principal->standing->velocity, clock_mono_ns(),
                                 (uint32_t)count, &verdict);

    if (verdict.alarm != NULL)
        alarm_raise(exchange->worker, &exchange->caller,
                    &(struct alarm){ .detail = verdict.alarm });
    exchange->answer.retry_after_s = verdict.retry_s;
    return err;
}

static const char *blamed_field(const struct exchange *exchange, enum err err)
{
    return exchange->blame.err == err ? exchange->blame.field : NULL;
}

enum serve json_call_begun(struct exchange *exchange, enum err err)
{
    if (err == OK)
        return SERVE_WAIT;
    exchange_refuse(exchange, err, blamed_field(exchange, err));
    return SERVE_ANSWER;
}

enum serve json_call_returned(struct exchange *exchange, enum err err)
{
    bool entered = err == ERR_KEY_CONFLICT || err == ERR_KEY_IN_FLIGHT;

    if (!entered)
        return json_call_begun(exchange, err);
    exchange->answer.has_receipt = true;
    exchange->answer.receipt = exchange->submission->replay_number;
    exchange_fail(exchange, err, NULL);
    return SERVE_ANSWER;
}

static void add_replay(struct exchange *exchange)
{
    struct answer *answer = &exchange->answer;

    if (!exchange->submission->replayed)
        return;
    answer->receipt = exchange->submission->replay_number;
    http_write_field_str(&answer->fields, "Idempotency-Replayed", "true");
    http_write_field_number(&answer->fields, "Pangate-Receipt", answer->receipt);
}

enum serve json_call_denied(struct exchange *exchange, const struct proposal *item, enum err err)
{
    exchange->answer.has_receipt = true;
    exchange->answer.receipt = item->number;
    exchange_fail(exchange, err, NULL);
    add_replay(exchange);
    return SERVE_ANSWER;
}

struct json_writer json_call_answer(struct exchange *exchange, int status)
{
    struct json_writer json = json_writer_on(&exchange->answer.body);

    exchange->answer.status = status;
    exchange->answer.content_type = "application/json";
    json_open(&json, NULL, '{');
    return json;
}

enum serve json_call_answered(struct exchange *exchange, struct json_writer *json,
                              const struct token *token)
{
    struct answer *answer = &exchange->answer;
    const struct submission *submission = exchange->submission;

    json_close(json, '}');
    answer->has_receipt = true;
    answer->receipt = submission->items[submission->count - 1].number;
    if (token != NULL)
        must(bytes_copy_text(bytes_str(token_last4(token)), answer->token_last4,
                             sizeof(answer->token_last4)));
    add_replay(exchange);
    return SERVE_ANSWER;
}
