#include "gateway/card_json.h"
#include "gateway/handlers.h"
#include "gateway/json_call.h"
#include "service/lookup.h"
#include "service/tokenize.h"

static enum err read_request(struct exchange *exchange)
{
    struct card_fields fields AUTO(card_fields_done) = { 0 };
    struct json_reader body;

    TRY(json_call_open(exchange, 0, &body));
    card_fields_take(&body, &fields);
    json_call_taken(exchange);
    card_request_read(&fields, vault_now_ms(exchange->worker->service.vault), &exchange->job.card,
                      &exchange->blame);
    return exchange->blame.err;
}

static enum err propose(struct exchange *exchange)
{
    enum err err =
        tokenize_propose(&exchange->caller, &exchange->job.card, &exchange->submission->items[0]);

    if (err == ERR_FORMAT_EXHAUSTED)
        blame_note(&exchange->blame, err, "format");
    TRY(err);
    return exchange_submit(exchange);
}

/* Room for the security code comes first: without it nothing is proposed. */
static enum err begin(struct exchange *exchange)
{
    exchange->job.card = (struct card_request){ 0 };
    exchange->has_job = true;
    TRY(read_request(exchange));
    TRY(code_reserve(&exchange->caller, &exchange->job.card.code));
    TRY(json_call_prepare(exchange, 1));
    return propose(exchange);
}

static enum serve tokenize_begin(struct exchange *exchange)
{
    return json_call_begun(exchange, begin(exchange));
}

/* What was found or made, once it is decided. */
static enum serve answer(struct exchange *exchange, const struct proposal *item, struct view *view)
{
    enum err err = tokenize_finish(&exchange->caller, item, view);
    struct json_writer json;

    if (err != OK)
        return json_call_denied(exchange, item, err);
    json = json_call_answer(exchange, view->is_new ? 201 : 200);
    view_write(&json, view);
    return json_call_answered(exchange, &json, &view->token);
}

static enum serve tokenize_finished(struct exchange *exchange)
{
    const struct submission *submission = exchange->submission;
    struct view view AUTO(view_wipe) = { .says_new = true };

    if (submission->err != OK)
        return json_call_returned(exchange, submission->err);
    if (submission->items[0].decision == DECIDED_TAKEN)
        return json_call_begun(exchange, propose(exchange));
    if (!submission->replayed && submission->items[0].err == OK)
        code_keep(&exchange->caller, &submission->items[0], &exchange->job.card.code);
    return answer(exchange, &submission->items[0], &view);
}

static void tokenize_done(struct exchange *exchange)
{
    code_let_go(&exchange->caller, &exchange->job.card.code);
    card_request_wipe(&exchange->job.card);
}

const struct handler tokenize_handler = { tokenize_begin, tokenize_finished, tokenize_done };

static enum err read_lookup(struct exchange *exchange, struct lookup_request *lookup)
{
    struct json_reader body, card;
    struct bytes number = { 0 }, format = { 0 };

    TRY(json_call_open(exchange, 0, &body));
    json_need_object(&body, "card", &card);
    json_need_text(&card, "number", &number);
    err_ignore(json_reader_end(&card));
    (void)json_take_text(&body, "format", &format);
    err_ignore(json_reader_end(&body));
    json_call_taken(exchange);
    lookup_request_read(number, format, lookup, &exchange->blame);
    return exchange->blame.err;
}

/* With an idempotency key the vault decides, so that the answer is kept. */
static enum err find(struct exchange *exchange, struct view *view)
{
    struct lookup_request lookup AUTO(lookup_request_wipe) = { 0 };

    TRY(read_lookup(exchange, &lookup));
    if (!http_fields_have(&exchange->head.fields, HTTP_IDEMPOTENCY_KEY))
        return lookup_find(&exchange->caller, &lookup, view);
    TRY(json_call_prepare(exchange, 1));
    TRY(lookup_propose(&exchange->caller, &lookup, &exchange->submission->items[0]));
    return exchange_submit(exchange);
}

static enum serve lookup_begin(struct exchange *exchange)
{
    struct view view AUTO(view_wipe) = { 0 };
    enum err err = find(exchange, &view);
    struct json_writer json;

    if (err == ERR_NO_TOKEN) {
        exchange_fail(exchange, err, NULL); /* it entered itself: nothing was refused */
        return SERVE_ANSWER;
    }
    if (err != OK || exchange->submission_is_out)
        return json_call_begun(exchange, err);
    json = json_call_answer(exchange, 200);
    view_write(&json, &view);
    json_close(&json, '}');
    memcpy(exchange->answer.token_last4, token_last4(&view.token), 4);
    return SERVE_ANSWER;
}

static enum serve lookup_finished(struct exchange *exchange)
{
    const struct submission *submission = exchange->submission;
    struct view view AUTO(view_wipe) = { 0 };

    if (submission->err != OK)
        return json_call_returned(exchange, submission->err);
    return answer(exchange, &submission->items[0], &view);
}

const struct handler lookup_handler = { lookup_begin, lookup_finished, NULL };
