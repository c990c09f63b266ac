#include "gateway/forward.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/must.h"
#include "gateway/forward_answer.h"
#include "gateway/forward_request.h"
#include "gateway/session.h"

enum {
    PIECE = 16 * 1024,
    BODY_HIGH = 64 * 1024, /* more than this does not wait for the caller to take it */
    ANSWER_HEAD_MAX = 32 * 1024,
    REQUEST_MAX = 96 * 1024 * 1024,
    RETRY_MS = 50,
};

static void on_retry(void *owner);
static void on_ready(void *owner, struct stream *stream);
static void on_failed(void *owner, enum err err);

static bool find_token(void *context, const struct pan *pan, struct token *ret_token)
{
    const struct forward *forward = context;

    return forward_token_of(&forward->exchange->caller, &forward->cards, pan, ret_token);
}

struct forward *forward_new(struct exchange *exchange)
{
    struct forward *forward = calloc(1, sizeof(*forward));

    if (forward == NULL)
        return NULL;
    forward->exchange = exchange;
    forward->route = exchange->route;
    forward->rules.vault = (struct held_vault){ find_token, forward };
    forward->rules.codes = &forward->codes;
    forward->call =
        (struct upstream_call){ .ready = on_ready, .failed = on_failed, .owner = forward };
    buf_init(&forward->request, REQUEST_MAX);
    buf_init(&forward->head_text, ANSWER_HEAD_MAX);
    buf_init(&forward->piece, PIECE);
    buf_init(&forward->whole, FORWARD_ANSWER_MAX - ANSWER_HEAD_MAX);
    buf_init(&forward->sealed, FORWARD_ANSWER_MAX);
    timer_init(&forward->retry, exchange->worker->loop, on_retry, forward);
    list_add_last(&exchange->worker->forwards, &forward->node);
    return forward;
}

void forward_free(struct forward *forward)
{
    must(forward->stream == NULL);
    timer_stop(&forward->retry);
    list_remove(&forward->node);
    buf_done(&forward->request);
    buf_done(&forward->head_text);
    buf_done(&forward->piece);
    buf_done(&forward->whole);
    buf_done(&forward->sealed);
    answer_done(&forward->filter);
    echo_codes_wipe(&forward->codes);
    forward_cards_wipe(&forward->cards);
    free(forward);
}

/* Only this changes the state. */
static void enter(struct forward *forward, enum forward_state next)
{
    must(next > forward->state);
    forward->state = next;
}

/* The last thing that whoever is called from the loop does: the forward may be gone afterwards. */
static void forward_wake(struct forward *forward)
{
    struct exchange *exchange = forward->exchange;

    if (exchange->session != NULL)
        session_resume(exchange->session);
    else if (forward->state == FORWARD_OVER)
        exchange_give_back(exchange);
}

static enum err submit_outcome(struct forward *forward)
{
    struct exchange *exchange = forward->exchange;
    struct vault *vault = exchange->worker->service.vault;
    struct submission *submission = submission_new(vault, 1);

    if (submission == NULL)
        return ERR_OVERLOADED;
    submission_free(vault, exchange->submission);
    exchange->submission = submission;
    forward_outcome_propose(&exchange->caller, forward->route->config->name, &forward->cards,
                            submission);
    submission->forward.intent = forward->intent;
    submission->forward.nothing_sent = !forward->may_have_left;
    submission->forward.status = forward->status;
    submission->forward.answer = buf_bytes(&forward->sealed);
    return exchange_submit(exchange);
}

/* Owed whatever happens. Where the journal has failed, the next start enters that it is not
 * known. */
static void owe_outcome(struct forward *forward)
{
    enum err err = submit_outcome(forward);

    if (err == ERR_OVERLOADED)
        timer_set(&forward->retry, RETRY_MS);
    else if (err != OK || !forward->has_key)
        enter(forward, FORWARD_OVER);
}

static void on_retry(void *owner)
{
    struct forward *forward = owner;

    owe_outcome(forward);
    forward_wake(forward);
}

static void settle(struct forward *forward)
{
    enter(forward, FORWARD_OUTCOME);
    if (forward->status != 0 && forward_answer_succeeds(forward))
        forward_destroy_codes(&forward->exchange->caller, forward->route->config->name,
                              &forward->cards);
    if (forward->has_key && forward->status != 0 && !forward->broken &&
        forward->exchange->answer.err == OK)
        err_ignore(forward_answer_seal(forward));
    owe_outcome(forward);
}

static void drop_stream(struct forward *forward)
{
    if (forward->stream != NULL)
        stream_close(forward->stream);
    forward->stream = NULL;
}

/* It does not come to an answer of the processor's, or not to its end. */
static void fail(struct forward *forward, enum err err)
{
    struct answer *answer = &forward->exchange->answer;

    drop_stream(forward);
    if (forward->answered) {
        forward->broken = true;
    } else {
        forward->answered = true;
        buf_clear(&answer->fields);
        buf_clear(&answer->body);
        exchange_fail(forward->exchange, err, NULL);
    }
    settle(forward);
}

/* What had been sent is not known to have arrived. */
static enum err lost(const struct forward *forward)
{
    return forward->may_have_left ? ERR_OUTCOME_UNKNOWN : ERR_UNREACHABLE;
}

static bool is_full(const struct forward *forward)
{
    return forward->exchange->session != NULL && forward->exchange->answer.body.size > BODY_HIGH;
}

/* The answer is whole; the next request may have the connection if nothing is left on it. */
static void end_answer(struct forward *forward)
{
    if (forward_answer_end(forward) != OK) {
        fail(forward, ERR_OUTCOME_UNKNOWN);
        return;
    }
    if (forward->head.keep_alive && forward->is_out && forward->body.state == HTTP_BODY_DONE &&
        stream_peek(forward->stream).size == 0)
        upstream_give_back(forward->exchange->worker->upstreams[forward->route->place],
                           forward->stream);
    else
        stream_close(forward->stream);
    forward->stream = NULL;
    forward->answered = true;
    settle(forward);
}

/* Nobody reads it, and nobody will. */
static bool is_idle_talk(const struct forward *forward)
{
    return forward->exchange->session == NULL && !forward->has_key &&
           forward->route->config->success_member.count == 0;
}

/* One piece further. False: there is none now, or there is nothing more to come. */
static bool take_piece(struct forward *forward)
{
    struct bytes text = stream_peek(forward->stream);
    enum http_step step;
    size_t used;

    if (text.size > PIECE)
        text.size = PIECE;
    buf_clear(&forward->piece);
    step = http_body_read(&forward->body, text, &forward->piece, &used);
    stream_consume(forward->stream, used);
    if (step == HTTP_BAD || forward_answer_add(forward, buf_bytes(&forward->piece)) != OK) {
        fail(forward, ERR_OUTCOME_UNKNOWN);
        return false;
    }
    if (forward->exchange->session == NULL)
        buf_clear(&forward->exchange->answer.body);
    if (step == HTTP_DONE || (text.size == 0 && stream_ended(forward->stream) &&
                              forward->body.state == HTTP_BODY_UNTIL_CLOSE)) {
        end_answer(forward);
        return false;
    }
    if (text.size == 0 && stream_ended(forward->stream))
        fail(forward, ERR_OUTCOME_UNKNOWN);
    return text.size > 0;
}

/* Read as much of the body as there is and as the caller takes. */
static void pump(struct forward *forward)
{
    if (forward->state == FORWARD_BODY && is_idle_talk(forward)) {
        drop_stream(forward);
        settle(forward);
        return;
    }
    while (forward->state == FORWARD_BODY && !is_full(forward)) {
        if (!take_piece(forward))
            break;
    }
    if (forward->state != FORWARD_BODY)
        return;
    stream_deadline(forward->stream, forward->route->config->answer_timeout_ms);
    if (!forward->answered && forward->exchange->session != NULL) {
        forward->exchange->answer.streamed = true;
        forward->answered = true;
    }
}

static void take_answer_head(struct forward *forward, struct bytes text)
{
    enum err err;

    buf_clear(&forward->head_text);
    buf_add(&forward->head_text, bytes_of(text.data, forward->head.size));
    stream_consume(forward->stream, forward->head.size);
    if (forward->head.status < 200 && forward->head.status != 101) {
        http_response_head_start(&forward->head, ANSWER_HEAD_MAX);
        return;
    }
    err = forward->head.status == 101 ? ERR_OUTCOME_UNKNOWN : forward_answer_begin(forward);
    if (err != OK) {
        fail(forward, ERR_OUTCOME_UNKNOWN);
        return;
    }
    enter(forward, FORWARD_BODY);
}

/* Read on in the answer's head; false when it needs more, or is over. */
static bool read_answer_head(struct forward *forward)
{
    struct bytes text = stream_peek(forward->stream);

    switch (http_response_head_read(&forward->head, text)) {
    case HTTP_MORE:
        if (stream_ended(forward->stream))
            fail(forward, lost(forward));
        return false;
    case HTTP_BAD: fail(forward, ERR_OUTCOME_UNKNOWN); return false;
    case HTTP_DONE: take_answer_head(forward, text); return forward->state == FORWARD_HEAD;
    }
    return false;
}

static void on_readable(void *owner)
{
    struct forward *forward = owner;

    while (forward->state == FORWARD_HEAD && read_answer_head(forward)) {
    }
    pump(forward);
    forward_wake(forward);
}

static void on_drained(void *owner)
{
    struct forward *forward = owner;

    forward->is_out = true;
}

/* A caller who takes nothing keeps the processor waiting: that is no fault of the processor's. */
static void on_timeout(void *owner)
{
    struct forward *forward = owner;

    if (forward->state == FORWARD_BODY && is_full(forward)) {
        stream_deadline(forward->stream, forward->route->config->answer_timeout_ms);
        return;
    }
    fail(forward, ERR_PROCESSOR_TIMEOUT);
    forward_wake(forward);
}

static void on_closed(void *owner)
{
    struct forward *forward = owner;

    forward->stream = NULL;
    fail(forward, lost(forward));
    forward_wake(forward);
}

static const struct stream_handler forward_handler = {
    .readable = on_readable, .drained = on_drained, .timeout = on_timeout, .closed = on_closed
};

/* From here on a byte may have left. */
static void on_ready(void *owner, struct stream *stream)
{
    struct forward *forward = owner;

    forward->stream = stream;
    stream_attach(stream, &forward_handler, forward);
    stream_deadline(stream, forward->route->config->answer_timeout_ms);
    buf_add(stream_output(stream), buf_bytes(&forward->request));
    buf_done(&forward->request);
    if (buf_check(stream_output(stream)) != OK) {
        fail(forward, ERR_OVERLOADED);
        forward_wake(forward);
        return;
    }
    http_response_head_start(&forward->head, ANSWER_HEAD_MAX);
    enter(forward, FORWARD_HEAD);
    forward->may_have_left = true;
    forward->asked_ns = clock_mono_ns();
    forward->is_out = stream_flush(stream);
}

static void on_failed(void *owner, enum err err)
{
    struct forward *forward = owner;

    fail(forward, err);
    forward_wake(forward);
}

/* The first answer again: what is kept of it, or that it is not known. */
static void answer_again(struct forward *forward)
{
    struct exchange *exchange = forward->exchange;
    const struct submission *submission = exchange->submission;
    const struct forward_outcome *outcome = &submission->forward;

    forward->replayed = forward->may_have_left = forward->answered = true;
    forward->status = outcome->status;
    exchange->answer.has_receipt = true;
    exchange->answer.receipt = submission->replay_number;
    enter(forward, FORWARD_OVER);
    if (outcome->answer.size == 0 || forward_answer_open(forward, outcome->answer) != OK) {
        buf_clear(&exchange->answer.fields);
        buf_clear(&exchange->answer.body);
        exchange_fail(exchange, ERR_OUTCOME_UNKNOWN, NULL);
    }
    http_write_field_str(&exchange->answer.fields, "Idempotency-Replayed", "true");
}

static void ask(struct forward *forward)
{
    enum err err = forward_request_write(forward, &forward->request);

    if (err != OK) {
        fail(forward, err);
        return;
    }
    enter(forward, FORWARD_CONNECT);
    err = upstream_ask(forward->exchange->worker->upstreams[forward->route->place], &forward->call);
    if (err != OK)
        fail(forward, err);
    else if (forward->exchange->session != NULL)
        session_wait_long(forward->exchange->session);
}

/* Not let through; the vault has entered why, unless nothing was decided at all. */
static void refuse(struct forward *forward, enum err err)
{
    struct exchange *exchange = forward->exchange;
    const struct submission *submission = exchange->submission;

    exchange_fail(exchange, err, NULL);
    if (submission->err != OK && submission->replay_number == 0)
        forward_refuse(&exchange->caller, forward->route->config->name, NULL, err);
    exchange->answer.has_receipt = submission->err == OK || submission->replay_number != 0;
    exchange->answer.receipt =
        submission->err == OK ? submission->items[0].number : submission->replay_number;
    forward->answered = true;
    enter(forward, FORWARD_OVER);
}

static void take_intent(struct forward *forward)
{
    struct exchange *exchange = forward->exchange;
    const struct submission *submission = exchange->submission;
    const struct forward_to to = { forward->route->config->name,
                                   forward->route->config->cvc_ttl_ms };
    enum err err = forward_granted(submission);

    if (submission->err == OK && submission->replayed) {
        answer_again(forward);
        return;
    }
    if (err != OK) {
        refuse(forward, err);
        return;
    }
    forward->intent = submission->items[0].number;
    exchange->answer.has_receipt = true;
    exchange->answer.receipt = forward->intent;
    err = forward_finish(&exchange->caller, &to, submission, &forward->cards);
    if (err == OK && exchange->session == NULL)
        err = ERR_CLOSED;
    if (err != OK)
        fail(forward, err);
    else
        ask(forward);
}

void forward_returned(struct forward *forward)
{
    if (forward->state == FORWARD_INTENT)
        take_intent(forward);
    else if (forward->state == FORWARD_OUTCOME)
        enter(forward, FORWARD_OVER);
    forward_wake(forward);
}

bool forward_leave(struct forward *forward)
{
    if (forward->state == FORWARD_INTENT)
        return forward->exchange->submission_is_out;
    if (forward->state == FORWARD_CONNECT) {
        upstream_cancel(&forward->call);
        fail(forward, ERR_CLOSED);
    }
    pump(forward);
    return forward->state != FORWARD_OVER;
}

bool forward_is_answered(const struct forward *forward)
{
    return forward->answered &&
           (forward->state == FORWARD_OVER || forward->exchange->answer.streamed);
}

enum pour forward_pour(struct forward *forward, struct buf *output)
{
    struct exchange *exchange = forward->exchange;
    struct buf *body = &exchange->answer.body;

    pump(forward);
    exchange->bytes_out += body->size;
    if (exchange->head.is_old)
        buf_add(output, buf_bytes(body));
    else if (body->size > 0)
        http_write_chunk(output, buf_bytes(body));
    buf_clear(body);
    if (forward->broken)
        return POUR_BROKEN;
    if (forward->state != FORWARD_OVER)
        return POUR_WAIT;
    if (!exchange->head.is_old)
        http_write_last_chunk(output);
    return POUR_END;
}

/* What is at the vault comes back, and goes on from there without a session. */
static void stop(struct forward *forward)
{
    if (forward->state == FORWARD_CONNECT)
        upstream_cancel(&forward->call);
    if (forward->state > FORWARD_INTENT && forward->state < FORWARD_OUTCOME)
        fail(forward, ERR_OVERLOADED);
    if (forward->state == FORWARD_OVER)
        exchange_give_back(forward->exchange);
}

void forward_stop_all(struct worker *worker)
{
    list_each (node, &worker->forwards) {
        stop(list_item(node, struct forward, node));
    }
}
