#include "gateway/card_json.h"
#include "gateway/handlers.h"
#include "gateway/json_call.h"
#include "gateway/reveal_json.h"
#include "service/reveal.h"

static enum err begin(struct exchange *exchange)
{
    struct json_reader body;
    struct reveal_fields fields;
    struct token token;

    TRY(json_call_open(exchange, 0, &body));
    reveal_fields_take(&body, &fields);
    json_call_taken(exchange);
    reveal_fields_check(&fields, &exchange->blame);
    exchange->parameter = fields.token;
    TRY(exchange->blame.err);
    TRY(json_call_spend(exchange, 1));
    TRY(token_parse(fields.token, &token));
    TRY(json_call_prepare(exchange, 1));
    reveal_propose(&exchange->caller, &token, fields.purpose, &exchange->submission->items[0]);
    return exchange_submit(exchange);
}

static enum serve detokenize_begin(struct exchange *exchange)
{
    return json_call_begun(exchange, begin(exchange));
}

static enum serve detokenize_finish(struct exchange *exchange)
{
    const struct submission *submission = exchange->submission;
    const struct proposal *item = &submission->items[0];
    struct card card AUTO(card_wipe) = { 0 };
    struct json_writer json;
    enum err err;

    if (submission->err != OK)
        return json_call_returned(exchange, submission->err);
    err = reveal_finish(&exchange->caller, item, &card);
    if (err != OK)
        return json_call_denied(exchange, item, err);
    json = json_call_answer(exchange, 200);
    card_write(&json, &item->token, &card);
    json_decimal_string(&json, "receipt", item->number);
    return json_call_answered(exchange, &json, &item->token);
}

const struct handler detokenize_handler = { detokenize_begin, detokenize_finish, NULL };
