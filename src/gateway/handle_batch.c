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
enum { SLICE = 32, ITEM_TEXT_MAX = 4096 };

struct batch_item {
    const struct json_node *node;
    enum err err; /* of an item that was refused before anything was decided */
    char field[JSON_FIELD_SIZE];
    uint32_t draws;
};

/* Items 0 to next are read; proposal i of the submission is of item places[i]. */
struct batch_job {
    size_t count, next, proposed, written, succeeded;
    struct json_writer json;
    uint16_t places[SUBMISSION_ITEMS_MAX];
    struct batch_item items[SUBMISSION_ITEMS_MAX];
};

/* What differs between the two batches: how an item is read and how it is shown. */
struct batch_kind {
    enum err (*propose)(struct exchange *exchange, struct batch_item *item,
                        struct proposal *proposal);
    enum err (*write)(struct exchange *exchange, const struct proposal *proposal,
                      struct json_writer *json);
};

static void batch_done(struct exchange *exchange)
{
    free(exchange->job.batch);
}

/* Name the member to blame, within the item. */
static enum err blame(struct batch_item *item, const char *field, enum err err)
{
    if (err != OK && field != NULL)
        must(bytes_copy_text(bytes_str(field), item->field, sizeof(item->field)));
    return err;
}

static enum err take_items(struct exchange *exchange, struct json_items *ret_items,
                           const char **ret_field)
{
    struct json_reader body;

    TRY(json_call_open(exchange, &body, ret_field));
    json_need_items(&body, "items", ret_items);
    TRY(json_reader_end(&body));
    *ret_field = "items";
    return ret_items->count < 1 || ret_items->count > SUBMISSION_ITEMS_MAX ? ERR_BAD_REQUEST : OK;
}

static enum err batch_open(struct exchange *exchange, const char **ret_field)
{
    struct batch_job *job;
    struct json_items items;

    TRY(take_items(exchange, &items, ret_field));
    *ret_field = NULL;
    job = calloc(1, sizeof(*job));
    if (job == NULL)
        return ERR_OVERLOADED;
    exchange->job.batch = job;
    exchange->has_job = true;
    job->count = items.count;
    for (size_t i = 0; i < items.count; i++)
        job->items[i].node = json_items_next(&items);
    return json_call_prepare(exchange, items.count);
}

static void enter_refusal(struct exchange *exchange, enum err err)
{
    struct audit_entry entry;

    caller_entry(&exchange->caller, exchange->endpoint->kind, &entry);
    refusals_add_item(exchange->worker->service.refusals, &entry, err);
}

static void read_slice(struct exchange *exchange, const struct batch_kind *kind)
{
    struct batch_job *job = exchange->job.batch;

    for (size_t i = 0; i < SLICE && job->next < job->count; i++, job->next++) {
        struct batch_item *item = &job->items[job->next];
        item->err = kind->propose(exchange, item, &exchange->submission->items[job->proposed]);
        if (item->err == OK)
            job->places[job->proposed++] = (uint16_t)job->next;
        else
            enter_refusal(exchange, item->err);
    }
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

/* The proposal of an item, or NULL if it was refused before; items go by in order. */
static const struct proposal *proposal_of(const struct exchange *exchange, size_t place, size_t *at)
{
    const struct batch_job *job = exchange->job.batch;

    if (*at < job->proposed && job->places[*at] == place)
        return &exchange->submission->items[(*at)++];
    return NULL;
}

static enum err write_item(struct exchange *exchange, const struct batch_kind *kind,
                           const struct proposal *proposal)
{
    struct batch_job *job = exchange->job.batch;
    const struct batch_item *item = &job->items[job->written];
    size_t before = exchange->answer.body.size;
    struct json_writer saved = job->json;
    enum err err = proposal == NULL ? item->err : proposal->err;

    if (err == OK) {
        err = kind->write(exchange, proposal, &job->json);
        if (err == OK) {
            job->succeeded++;
            return OK;
        }
        buf_cut(&exchange->answer.body, before);
        job->json = saved;
    }
    return write_refused(job, item, err);
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
    if (job->proposed > 0)
        return json_call_answered(exchange, &job->json, NULL);
    json_close(&job->json, '}');
    return SERVE_ANSWER;
}

static enum serve write_slice(struct exchange *exchange, const struct batch_kind *kind)
{
    struct batch_job *job = exchange->job.batch;
    size_t at = 0;

    if (job->written == 0)
        open_answer(exchange);
    while (at < job->proposed && job->places[at] < job->written)
        at++;
    for (size_t i = 0; i < SLICE && job->written < job->count; i++, job->written++) {
        const struct proposal *proposal = proposal_of(exchange, job->written, &at);
        enum err err = write_item(exchange, kind, proposal);
        if (err != OK) {
            exchange_fail(exchange, err, NULL);
            return SERVE_ANSWER;
        }
    }
    return job->written < job->count ? SERVE_SLICE : close_answer(exchange);
}

static enum serve batch_submit(struct exchange *exchange)
{
    exchange->submission->count = exchange->job.batch->proposed;
    return json_call_begun(exchange, exchange_submit(exchange), NULL);
}

static enum serve batch_begin(struct exchange *exchange, const struct batch_kind *kind)
{
    struct batch_job *job;
    const char *field = NULL;

    if (!exchange->has_job) {
        enum err err = batch_open(exchange, &field);
        if (err != OK)
            return json_call_begun(exchange, err, field);
    }
    job = exchange->job.batch;
    if (job->next < job->count) {
        read_slice(exchange, kind);
        return SERVE_SLICE;
    }
    return job->proposed > 0 ? batch_submit(exchange) : write_slice(exchange, kind);
}

/* Take proposal `at` out: its item is refused after all. */
static void drop_proposal(struct exchange *exchange, size_t at)
{
    struct batch_job *job = exchange->job.batch;
    struct proposal *items = exchange->submission->items;
    size_t behind = job->proposed - at - 1;

    memmove(&items[at], &items[at + 1], behind * sizeof(items[0]));
    memmove(&job->places[at], &job->places[at + 1], behind * sizeof(job->places[0]));
    job->proposed--;
}

/* Propose anew what came back as taken; false if nothing did. */
static bool redraw(struct exchange *exchange, const struct batch_kind *kind)
{
    struct batch_job *job = exchange->job.batch;
    bool any = false;

    for (size_t at = 0; at < job->proposed;) {
        struct proposal *proposal = &exchange->submission->items[at];
        struct batch_item *item = &job->items[job->places[at]];
        if (proposal->decision != DECIDED_TAKEN) {
            at++;
            continue;
        }
        any = true;
        item->err = kind->propose(exchange, item, proposal);
        if (item->err == OK) {
            at++;
        } else {
            enter_refusal(exchange, item->err);
            drop_proposal(exchange, at);
        }
    }
    return any;
}

static enum serve batch_finish(struct exchange *exchange, const struct batch_kind *kind)
{
    struct batch_job *job = exchange->job.batch;

    if (exchange->submission->err != OK)
        return json_call_begun(exchange, exchange->submission->err, NULL);
    if (job->written == 0 && redraw(exchange, kind))
        return job->proposed > 0 ? batch_submit(exchange) : write_slice(exchange, kind);
    return write_slice(exchange, kind);
}

static enum err propose_store(struct exchange *exchange, struct batch_item *item,
                              struct proposal *proposal)
{
    struct card_request request AUTO(card_request_wipe) = { .draws = item->draws };
    struct card_fields fields AUTO(card_fields_done) = { 0 };
    struct json_fault fault = { 0 };
    struct json_reader reader = json_reader_on(item->node, &fault);
    const char *field = NULL;
    enum err err;

    card_fields_take(&reader, &fields);
    if (fault.err != OK)
        return blame(item, fault.field, fault.err);
    err =
        card_request_read(&fields, vault_now_ms(exchange->worker->service.vault), &request, &field);
    if (err == OK) {
        field = "format"; /* when it is exhausted */
        err = tokenize_propose(&exchange->caller, &request, proposal);
    }
    item->draws = request.draws;
    return blame(item, field, err);
}

static enum err write_store(struct exchange *exchange, const struct proposal *proposal,
                            struct json_writer *json)
{
    struct view view AUTO(view_wipe) = { 0 };

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
    struct token token;
    const char *field = NULL;
    enum err err;

    reveal_fields_take(&reader, &fields);
    if (fault.err != OK)
        return blame(item, fault.field, fault.err);
    err = reveal_fields_read(&fields, &token, &field);
    if (err == OK)
        reveal_propose(&exchange->caller, &token, fields.purpose, proposal);
    return blame(item, field, err);
}

static enum err write_reveal(struct exchange *exchange, const struct proposal *proposal,
                             struct json_writer *json)
{
    struct card card AUTO(card_wipe) = { 0 };

    TRY(reveal_finish(&exchange->worker->service, proposal, &card));
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
