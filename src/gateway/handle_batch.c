#include "gateway/handlers.h"

#include <stdlib.h>

#include "base/must.h"
#include "gateway/card_json.h"
#include "gateway/json_call.h"
#include "gateway/reveal_json.h"
#include "service/reveal.h"
#include "service/tokenize.h"
#include "wire/problem.h"

/* So many items are worked before the other sessions get a turn. */
enum {
    SLICE = 32,
    ITEM_TEXT_MAX = 4096,
    ITEM_COST = 512, /* of an answer's text, roughly */
};

/* Item i of the request is proposal i of the submission. */
struct batch_item {
    const struct json_node *node;
    char field[JSON_FIELD_SIZE]; /* to blame, if it is refused */
    uint32_t draws;
    struct code code; /* for the box, once its token is known */
};

struct batch_job {
    size_t count, next, written, succeeded;
    struct json_writer json;
    struct batch_item items[SUBMISSION_ITEMS_MAX];
};

/* What differs between the two batches: how an item is read and how it is shown. */
struct batch_kind {
    enum err (*propose)(struct exchange *exchange, struct batch_item *item,
                        struct proposal *proposal);
    enum err (*write)(struct exchange *exchange, struct batch_item *item,
                      const struct proposal *proposal, struct json_writer *json);
};

static void batch_done(struct exchange *exchange)
{
    struct batch_job *job = exchange->job.batch;

    for (size_t i = 0; i < job->count; i++)
        code_let_go(&exchange->caller, &job->items[i].code);
    free(job);
}

static enum err take_items(struct exchange *exchange, struct json_items *ret_items)
{
    struct json_reader body;

    TRY(json_call_open(exchange, SUBMISSION_ITEMS_MAX, &body));
    json_need_items(&body, "items", ret_items);
    err_ignore(json_reader_end(&body));
    json_call_taken(exchange);
    if (ret_items->count < 1 || ret_items->count > SUBMISSION_ITEMS_MAX)
        blame_note(&exchange->blame, ERR_BAD_REQUEST, "items");
    return exchange->blame.err;
}

static enum err batch_open(struct exchange *exchange)
{
    struct batch_job *job;
    struct json_items items;

    TRY(take_items(exchange, &items));
    if (exchange->endpoint->kind == AUDIT_DETOKENIZE)
        TRY(json_call_spend(exchange, items.count));
    TRY(exchange_hold(exchange, sizeof(*job) + items.count * ITEM_COST));
    job = calloc(1, sizeof(*job));
    if (job == NULL)
        return ERR_OVERLOADED;
    exchange->job.batch = job;
    exchange->has_job = true;
    job->count = items.count;
    for (size_t i = 0; i < items.count; i++)
        job->items[i].node = json_items_next(&items);
    TRY(json_call_prepare(exchange, items.count));
    exchange->submission->is_batch = true;
    return OK;
}

/* An item that is refused here is decided already, but keeps its place: in the order of entries,
 * and in the answer that an idempotency key keeps. */
static void refuse_item(struct exchange *exchange, struct proposal *proposal, enum err err)
{
    proposal->kind = PROPOSE_NOTE;
    proposal->tenant = exchange->caller.principal->tenant;
    proposal->err = err;
    caller_entry(&exchange->caller, exchange->endpoint->kind, &proposal->entry);
    refusal_say(&proposal->entry, err);
}

/* What is only full for now refuses the whole, since an item's answer may be kept for a day. */
static enum err propose_item(struct exchange *exchange, const struct batch_kind *kind, size_t i)
{
    struct proposal *proposal = &exchange->submission->items[i];
    enum err err = kind->propose(exchange, &exchange->job.batch->items[i], proposal);

    if (err != OK && err != ERR_OVERLOADED)
        refuse_item(exchange, proposal, err);
    return err == ERR_OVERLOADED ? err : OK;
}

static enum err read_slice(struct exchange *exchange, const struct batch_kind *kind)
{
    struct batch_job *job = exchange->job.batch;

    for (size_t i = 0; i < SLICE && job->next < job->count; i++)
        TRY(propose_item(exchange, kind, job->next++));
    return OK;
}

static void open_answer(struct exchange *exchange)
{
    struct batch_job *job = exchange->job.batch;

    job->json = json_call_answer(exchange, 200);
    json_open(&job->json, "results", '[');
}

static enum err write_refused(struct batch_job *job, const struct batch_item *item, enum err err)
{
    uint8_t storage[ITEM_TEXT_MAX];
    struct buf text;
    struct problem problem = { .err = err, .field = item->field };

    buf_init_fixed(&text, storage, sizeof(storage));
    problem_write_item(&text, &problem);
    TRY(buf_check(&text));
    json_raw(&job->json, NULL, buf_bytes(&text));
    return OK;
}

static enum err write_item(struct exchange *exchange, const struct batch_kind *kind, size_t i)
{
    struct batch_job *job = exchange->job.batch;
    const struct proposal *proposal = &exchange->submission->items[i];
    size_t before = exchange->answer.body.size;
    struct json_writer saved = job->json;
    enum err err = proposal->err;

    if (err == OK) {
        err = kind->write(exchange, &job->items[i], proposal, &job->json);
        if (err == OK) {
            job->succeeded++;
            return OK;
        }
        buf_cut(&exchange->answer.body, before);
        job->json = saved;
    }
    return write_refused(job, &job->items[i], err);
}

static enum serve close_answer(struct exchange *exchange)
{
    struct batch_job *job = exchange->job.batch;

    json_close(&job->json, ']');
    json_open(&job->json, "summary", '{');
    json_number(&job->json, "total", (int64_t)job->count);
    json_number(&job->json, "succeeded", (int64_t)job->succeeded);
    json_number(&job->json, "failed", (int64_t)(job->count - job->succeeded));
    json_close(&job->json, '}');
    return json_call_answered(exchange, &job->json, NULL);
}

static enum serve write_slice(struct exchange *exchange, const struct batch_kind *kind)
{
    struct batch_job *job = exchange->job.batch;

    if (job->written == 0)
        open_answer(exchange);
    for (size_t i = 0; i < SLICE && job->written < job->count; i++) {
        enum err err = write_item(exchange, kind, job->written++);
        if (err != OK) {
            exchange_fail(exchange, err, NULL);
            return SERVE_ANSWER;
        }
    }
    return job->written < job->count ? SERVE_SLICE : close_answer(exchange);
}

static enum serve batch_begin(struct exchange *exchange, const struct batch_kind *kind)
{
    struct batch_job *job;
    enum err err;

    if (!exchange->has_job) {
        err = batch_open(exchange);
        if (err != OK)
            return json_call_begun(exchange, err);
    }
    job = exchange->job.batch;
    if (job->next == job->count)
        return json_call_begun(exchange, exchange_submit(exchange));
    err = read_slice(exchange, kind);
    return err == OK ? SERVE_SLICE : json_call_begun(exchange, err);
}

/* Propose anew what came back as taken; false if nothing did. */
static bool redraw(struct exchange *exchange, const struct batch_kind *kind)
{
    bool any = false;

    for (size_t i = 0; i < exchange->submission->count; i++) {
        if (exchange->submission->items[i].decision != DECIDED_TAKEN)
            continue;
        any = true;
        if (propose_item(exchange, kind, i) != OK)
            refuse_item(exchange, &exchange->submission->items[i], ERR_OVERLOADED);
    }
    return any;
}

static enum serve batch_finish(struct exchange *exchange, const struct batch_kind *kind)
{
    if (exchange->submission->err != OK)
        return json_call_returned(exchange, exchange->submission->err);
    if (exchange->job.batch->written == 0 && redraw(exchange, kind))
        return json_call_begun(exchange, exchange_submit(exchange));
    return write_slice(exchange, kind);
}

/* Keep which member is to blame, within the item. */
static enum err judge(struct batch_item *item, const struct blame *blame)
{
    if (blame->err != OK && blame->field != NULL)
        must(bytes_copy_text(bytes_str(blame->field), item->field, sizeof(item->field)));
    return blame->err;
}

static enum err draw_store(struct exchange *exchange, struct batch_item *item,
                           struct card_request *request, struct proposal *proposal)
{
    struct blame exhausted = { ERR_FORMAT_EXHAUSTED, "format" };
    enum err err;

    request->draws = item->draws;
    err = tokenize_propose(&exchange->caller, request, proposal);
    item->draws = request->draws;
    return err == ERR_FORMAT_EXHAUSTED ? judge(item, &exhausted) : err;
}

static enum err propose_store(struct exchange *exchange, struct batch_item *item,
                              struct proposal *proposal)
{
    struct card_request request AUTO(card_request_wipe) = { 0 };
    struct card_fields fields AUTO(card_fields_done) = { 0 };
    struct json_fault fault = { 0 };
    struct json_reader reader = json_reader_on(item->node, &fault);
    struct blame blame = { 0 };

    card_fields_take(&reader, &fields);
    blame_note(&blame, fault.err, fault.field);
    card_request_read(&fields, vault_now_ms(exchange->worker->service.vault), &request, &blame);
    TRY(judge(item, &blame));
    item->code.cvc = request.code.cvc;
    TRY(code_reserve(&exchange->caller, &item->code));
    return draw_store(exchange, item, &request, proposal);
}

static enum err write_store(struct exchange *exchange, struct batch_item *item,
                            const struct proposal *proposal, struct json_writer *json)
{
    struct view view AUTO(view_wipe) = { .says_new = true };

    if (!exchange->submission->replayed)
        code_keep(&exchange->caller, proposal, &item->code);
    TRY(tokenize_finish(&exchange->caller, proposal, &view));
    json_open(json, NULL, '{');
    json_number(json, "status", view.is_new ? 201 : 200);
    view_write(json, &view);
    json_close(json, '}');
    return OK;
}

static const struct batch_kind store_batch = { propose_store, write_store };

static enum serve tokenize_batch_begin(struct exchange *exchange)
{
    return batch_begin(exchange, &store_batch);
}

static enum serve tokenize_batch_finish(struct exchange *exchange)
{
    return batch_finish(exchange, &store_batch);
}

const struct handler tokenize_batch_handler = { tokenize_batch_begin, tokenize_batch_finish,
                                                batch_done };

static enum err propose_reveal(struct exchange *exchange, struct batch_item *item,
                               struct proposal *proposal)
{
    struct json_fault fault = { 0 };
    struct json_reader reader = json_reader_on(item->node, &fault);
    struct reveal_fields fields;
    struct blame blame = { 0 };
    struct token token;

    reveal_fields_take(&reader, &fields);
    blame_note(&blame, fault.err, fault.field);
    reveal_fields_check(&fields, &blame);
    TRY(judge(item, &blame));
    TRY(token_parse(fields.token, &token));
    reveal_propose(&exchange->caller, &token, fields.purpose, proposal);
    return OK;
}

static enum err write_reveal(struct exchange *exchange, struct batch_item *item,
                             const struct proposal *proposal, struct json_writer *json)
{
    struct card card AUTO(card_wipe) = { 0 };

    (void)item;
    TRY(reveal_finish(&exchange->caller, proposal, &card));
    json_open(json, NULL, '{');
    json_number(json, "status", 200);
    card_write(json, &proposal->token, &card);
    json_decimal_string(json, "receipt", proposal->number);
    json_close(json, '}');
    return OK;
}

static const struct batch_kind reveal_batch = { propose_reveal, write_reveal };

static enum serve detokenize_batch_begin(struct exchange *exchange)
{
    return batch_begin(exchange, &reveal_batch);
}

static enum serve detokenize_batch_finish(struct exchange *exchange)
{
    return batch_finish(exchange, &reveal_batch);
}

const struct handler detokenize_batch_handler = { detokenize_batch_begin, detokenize_batch_finish,
                                                  batch_done };
