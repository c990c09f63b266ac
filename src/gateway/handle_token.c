#include "gateway/card_json.h"
#include "gateway/handlers.h"
#include "gateway/json_call.h"
#include "base/secret.h"
#include "service/inspect.h"

static enum err look(struct exchange *exchange, struct view *view)
{
    struct token token;

    TRY(exchange_check_texts(exchange));
    TRY(token_parse(exchange->parameter, &token));
    return inspect(&exchange->caller, &token, view);
}

static enum serve inspect_begin(struct exchange *exchange)
{
    struct view view AUTO(view_wipe) = { 0 };
    enum err err = look(exchange, &view);
    struct json_writer json;

    if (err != OK)
        return json_call_begun(exchange, err);
    json = json_call_answer(exchange, 200);
    view_write(&json, &view);
    json_close(&json, '}');
    memcpy(exchange->answer.token_last4, token_last4(&view.token), 4);
    return SERVE_ANSWER;
}

const struct handler inspect_handler = { inspect_begin, NULL, NULL };

static enum err propose_update(struct exchange *exchange)
{
    struct proposal *item = &exchange->submission->items[0];

    TRY(update_propose(&exchange->caller, &exchange->job.update, item, &exchange->blame));
    return exchange_submit(exchange);
}

/* What is wrong with the request is said whether or not there is such a token. */
static enum err start_update(struct exchange *exchange)
{
    struct json_reader body;

    exchange->has_job = true;
    TRY(json_call_open(exchange, 0, &body));
    update_request_take(&body, &exchange->job.update);
    json_call_taken(exchange);
    update_request_check(&exchange->job.update, vault_now_ms(exchange->worker->service.vault),
                         &exchange->blame);
    TRY(exchange->blame.err);
    TRY(json_call_prepare(exchange, 1));
    TRY(token_parse(exchange->parameter, &exchange->submission->items[0].token));
    return propose_update(exchange);
}

static enum serve update_begin(struct exchange *exchange)
{
    return json_call_begun(exchange, start_update(exchange));
}

static enum serve update_finished(struct exchange *exchange)
{
    const struct submission *submission = exchange->submission;
    struct view view AUTO(view_wipe) = { 0 };
    struct json_writer json;
    enum err err;

    if (submission->err != OK)
        return json_call_returned(exchange, submission->err);
    if (submission->items[0].decision == DECIDED_STALE)
        return json_call_begun(exchange, propose_update(exchange));
    err = update_finish(&exchange->worker->service, &submission->items[0], &view);
    if (err != OK)
        return json_call_denied(exchange, &submission->items[0], err);
    json = json_call_answer(exchange, 200);
    view_write(&json, &view);
    return json_call_answered(exchange, &json, &view.token);
}

static void update_done(struct exchange *exchange)
{
    wipe(&exchange->job.update, sizeof(exchange->job.update));
}

const struct handler update_handler = { update_begin, update_finished, update_done };

static enum err start_erase(struct exchange *exchange)
{
    struct token token;

    TRY(exchange_check_texts(exchange));
    TRY(token_parse(exchange->parameter, &token));
    TRY(json_call_prepare(exchange, 1));
    erase_propose(&exchange->caller, &token, &exchange->submission->items[0]);
    return exchange_submit(exchange);
}

static enum serve erase_begin(struct exchange *exchange)
{
    return json_call_begun(exchange, start_erase(exchange));
}

static enum serve erase_finished(struct exchange *exchange)
{
    const struct submission *submission = exchange->submission;
    const struct proposal *item = &submission->items[0];
    enum err err;

    if (submission->err != OK)
        return json_call_returned(exchange, submission->err);
    err = erase_finish(&exchange->caller, item);
    if (err != OK)
        return json_call_denied(exchange, item, err);
    exchange->answer.status = 204;
    exchange->answer.has_receipt = true;
    exchange->answer.receipt = item->number;
    memcpy(exchange->answer.token_last4, token_last4(&item->token), 4);
    http_write_field_number(&exchange->answer.fields, "Pangate-Receipt", item->number);
    return SERVE_ANSWER;
}

const struct handler erase_handler = { erase_begin, erase_finished, NULL };
