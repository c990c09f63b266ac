#include "gateway/card_json.h"
#include "gateway/handlers.h"
#include "gateway/json_call.h"
#include "base/secret.h"
#include "service/inspect.h"

/* The token in the path. What has not the form of one is no token. */
static enum err read_token(struct exchange *exchange, struct token *ret_token,
                           const char **ret_field)
{
    TRY(exchange_check_texts(exchange, ret_field));
    *ret_field = NULL;
    return token_parse(exchange->parameter, ret_token);
}

static enum err look(struct exchange *exchange, struct view *view, const char **ret_field)
{
    struct token token;

    TRY(read_token(exchange, &token, ret_field));
    return inspect(&exchange->caller, &token, view);
}

static enum serve inspect_begin(struct exchange *exchange)
{
    struct view view AUTO(view_wipe) = { 0 };
    const char *field = NULL;
    enum err err = look(exchange, &view, &field);
    struct json_writer json;

    if (err != OK)
        return json_call_begun(exchange, err, field);
    json = json_call_answer(exchange, 200);
    view_write(&json, &view);
    json_close(&json, '}');
    memcpy(exchange->answer.token_last4, token_last4(&view.token), 4);
    return SERVE_ANSWER;
}

const struct handler inspect_handler = { inspect_begin, NULL, NULL };

static enum err propose_update(struct exchange *exchange, const char **ret_field)
{
    struct token token;
    enum err err;

    *ret_field = NULL;
    TRY(token_parse(exchange->parameter, &token));
    err = update_propose(&exchange->caller, &token, &exchange->job.update,
                         &exchange->submission->items[0]);
    *ret_field = exchange->job.update.field;
    TRY(err);
    return exchange_submit(exchange);
}

static enum err start_update(struct exchange *exchange, const char **ret_field)
{
    struct json_reader body;

    exchange->has_job = true;
    TRY(json_call_open(exchange, &body, ret_field));
    update_request_take(&body, &exchange->job.update);
    TRY(exchange->fault.err);
    *ret_field = NULL;
    TRY(json_call_prepare(exchange, 1));
    return propose_update(exchange, ret_field);
}

static enum serve update_begin(struct exchange *exchange)
{
    const char *field = NULL;
    enum err err = start_update(exchange, &field);

    return json_call_begun(exchange, err, field);
}

static enum serve update_finished(struct exchange *exchange)
{
    const struct submission *submission = exchange->submission;
    struct view view AUTO(view_wipe) = { 0 };
    const char *field = NULL;
    struct json_writer json;
    enum err err;

    if (submission->err != OK)
        return json_call_begun(exchange, submission->err, NULL);
    if (submission->items[0].decision == DECIDED_STALE)
        return json_call_begun(exchange, propose_update(exchange, &field), field);
    err = update_finish(&exchange->worker->service, &submission->items[0], &view);
    if (err != OK) {
        exchange_fail(exchange, err, NULL);
        return SERVE_ANSWER;
    }
    json = json_call_answer(exchange, 200);
    view_write(&json, &view);
    return json_call_answered(exchange, &json, &view.token);
}

static void update_done(struct exchange *exchange)
{
    wipe(&exchange->job.update, sizeof(exchange->job.update));
}

const struct handler update_handler = { update_begin, update_finished, update_done };

static enum err start_erase(struct exchange *exchange, const char **ret_field)
{
    struct token token;

    TRY(read_token(exchange, &token, ret_field));
    TRY(json_call_prepare(exchange, 1));
    erase_propose(&exchange->caller, &token, &exchange->submission->items[0]);
    return exchange_submit(exchange);
}

static enum serve erase_begin(struct exchange *exchange)
{
    const char *field = NULL;
    enum err err = start_erase(exchange, &field);

    return json_call_begun(exchange, err, field);
}

static enum serve erase_finished(struct exchange *exchange)
{
    const struct submission *submission = exchange->submission;
    const struct proposal *item = &submission->items[0];

    if (submission->err != OK)
        return json_call_begun(exchange, submission->err, NULL);
    if (item->err != OK) {
        exchange_fail(exchange, item->err, NULL);
        return SERVE_ANSWER;
    }
    exchange->answer.status = 204;
    exchange->answer.has_receipt = true;
    exchange->answer.receipt = item->number;
    memcpy(exchange->answer.token_last4, token_last4(&item->token), 4);
    http_write_field_number(&exchange->answer.fields, "Pangate-Receipt", item->number);
    return SERVE_ANSWER;
}

const struct handler erase_handler = { erase_begin, erase_finished, NULL };
