#include "gateway/json_call.h"

#include "base/must.h"

enum err json_call_open(struct exchange *exchange, struct json_reader *ret_body,
                        const char **ret_field)
{
    *ret_field = NULL;
    TRY(json_doc_read(buf_bytes(&exchange->body), &exchange->json));
    TRY(exchange_check_texts(exchange, ret_field));
    *ret_field = exchange->fault.field;
    *ret_body = json_reader_on(json_doc_root(&exchange->json), &exchange->fault);
    return exchange->fault.err;
}

enum err json_call_prepare(struct exchange *exchange, size_t count)
{
    exchange->submission = submission_new(exchange->worker->service.vault, count);
    if (exchange->submission == NULL)
        return ERR_OVERLOADED;
    return exchange_read_key(exchange, exchange->submission);
}

enum serve json_call_begun(struct exchange *exchange, enum err err, const char *field)
{
    if (err == OK)
        return SERVE_WAIT;
    exchange_refuse(exchange, err, field);
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

static void add_replay(struct exchange *exchange)
{
    struct answer *answer = &exchange->answer;

    answer->receipt = exchange->submission->replay_number;
    http_write_field_str(&answer->fields, "Idempotency-Replayed", "true");
    http_write_field_number(&answer->fields, "Pangate-Receipt", answer->receipt);
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
    if (submission->replayed)
        add_replay(exchange);
    return SERVE_ANSWER;
}
