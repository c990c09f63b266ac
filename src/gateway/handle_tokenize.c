#include "gateway/card_json.h"
#include "gateway/handlers.h"
#include "gateway/json_call.h"
#include "service/tokenize.h"

static enum err read_request(struct exchange *exchange, const char **ret_field)
{
    struct card_fields fields AUTO(card_fields_done) = { 0 };
    struct json_reader body;

    TRY(json_call_open(exchange, &body, ret_field));
    card_fields_take(&body, &fields);
    TRY(exchange->fault.err);
    return card_request_read(&fields, vault_now_ms(exchange->worker->service.vault),
                             &exchange->job.card, ret_field);
}

static enum err propose(struct exchange *exchange, const char **ret_field)
{
    *ret_field = "format"; /* when it is exhausted */
    TRY(tokenize_propose(&exchange->caller, &exchange->job.card, &exchange->submission->items[0]));
    *ret_field = NULL;
    return exchange_submit(exchange);
}

static enum err begin(struct exchange *exchange, const char **ret_field)
{
    exchange->has_job = true;
    TRY(read_request(exchange, ret_field));
    *ret_field = NULL;
    TRY(json_call_prepare(exchange, 1));
    return propose(exchange, ret_field);
}

static enum serve tokenize_begin(struct exchange *exchange)
{
    const char *field = NULL;
    enum err err = begin(exchange, &field);

    return json_call_begun(exchange, err, field);
}

static enum serve answer(struct exchange *exchange)
{
    struct view view AUTO(view_wipe) = { 0 };
    const struct proposal *item = &exchange->submission->items[0];
    enum err err = tokenize_finish(&exchange->caller, item, &view);
    struct json_writer json;

    if (err != OK) {
        exchange_fail(exchange, err, NULL);
        return SERVE_ANSWER;
    }
    json = json_call_answer(exchange, view.is_new ? 201 : 200);
    view_write(&json, &view);
    return json_call_answered(exchange, &json, &view.token);
}

static enum serve tokenize_finished(struct exchange *exchange)
{
    const struct submission *submission = exchange->submission;
    const char *field = NULL;

    if (submission->err != OK)
        return json_call_begun(exchange, submission->err, NULL);
    if (submission->items[0].decision == DECIDED_TAKEN)
        return json_call_begun(exchange, propose(exchange, &field), field);
    return answer(exchange);
}

static void tokenize_done(struct exchange *exchange)
{
    card_request_wipe(&exchange->job.card);
}

const struct handler tokenize_handler = { tokenize_begin, tokenize_finished, tokenize_done };

static enum err find(struct exchange *exchange, struct view *view, const char **ret_field)
{
    struct pan pan AUTO(pan_wipe) = { 0 };
    struct json_reader body, card;
    struct bytes number = { 0 }, format = { 0 };
    enum token_format wanted;

    TRY(json_call_open(exchange, &body, ret_field));
    json_need_object(&body, "card", &card);
    json_need_text(&card, "number", &number);
    err_ignore(json_reader_end(&card));
    (void)json_take_text(&body, "format", &format);
    TRY(json_reader_end(&body));
    *ret_field = "card.number";
    TRY(pan_parse(number, &pan));
    *ret_field = "format";
    TRY(format_read(format, &wanted));
    TRY(token_format_allows(wanted, pan.count, false));
    *ret_field = NULL;
    return lookup(&exchange->caller, &pan, wanted, view);
}

static enum serve lookup_begin(struct exchange *exchange)
{
    struct view view AUTO(view_wipe) = { 0 };
    const char *field = NULL;
    enum err err = find(exchange, &view, &field);
    struct json_writer json;

    if (err == ERR_NO_TOKEN) {
        exchange_fail(exchange, err, NULL); /* it entered itself: nothing was refused */
        return SERVE_ANSWER;
    }
    if (err != OK)
        return json_call_begun(exchange, err, field);
    json = json_call_answer(exchange, 200);
    view_write(&json, &view);
    json_close(&json, '}');
    return SERVE_ANSWER;
}

const struct handler lookup_handler = { lookup_begin, NULL, NULL };
