#include "gateway/forward_state.h"

#include "base/clock.h"
#include "gateway/forward_answer.h"

enum {
    BODY_HIGH = 64 * 1024, /* more than this does not wait for the caller to take it */
    BODY_RATE = 64,        /* bytes a millisecond: who takes this much holds nothing up */
};

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
        forward_fail(forward, ERR_OUTCOME_UNKNOWN);
        return;
    }
    if (forward->head.keep_alive && forward->is_out && forward->body.state == HTTP_BODY_DONE &&
        stream_peek(forward->stream).size == 0)
        upstream_give_back(forward->exchange->outlet->upstream, forward->stream);
    else
        stream_close(forward->stream);
    forward->stream = NULL;
    forward->answered = true;
    forward_settle(forward);
}

/* Nobody reads it, and nobody will. */
static bool is_idle_talk(const struct forward *forward)
{
    return forward->exchange->session == NULL && !forward->key.used &&
           forward->route->config->success_member.count == 0;
}

/* Of an answer without a length, only TLS can tell that it is whole (RFC 9112 section 8). */
static bool is_until_end(const struct forward *forward)
{
    return forward->body.state == HTTP_BODY_UNTIL_CLOSE && stream_ended(forward->stream) &&
           !stream_was_cut(forward->stream);
}

/* One piece further. False: there is none now, or there is nothing more to come. */
static bool take_piece(struct forward *forward)
{
    struct bytes text = stream_peek(forward->stream);
    enum http_step step;
    size_t used;

    if (text.size > FORWARD_PIECE)
        text.size = FORWARD_PIECE;
    buf_clear(&forward->piece);
    step = http_body_read(&forward->body, text, &forward->piece, &used);
    stream_consume(forward->stream, used);
    if (step == HTTP_BAD || forward_answer_add(forward, buf_bytes(&forward->piece)) != OK) {
        forward_fail(forward, ERR_OUTCOME_UNKNOWN);
        return false;
    }
    if (forward->exchange->session == NULL)
        buf_clear(&forward->exchange->answer.body);
    if (step == HTTP_DONE || (text.size == 0 && is_until_end(forward))) {
        end_answer(forward);
        return false;
    }
    if (used == 0 && stream_ended(forward->stream))
        forward_fail(forward, ERR_OUTCOME_UNKNOWN);
    return used > 0;
}

/* The processor has so long for what comes next, or the caller for what is there, less what it has
 * been late already: its slowness holds a connection that others wait for. */
static int64_t time_left_ms(struct forward *forward)
{
    const int64_t timeout_ms = forward->route->config->answer_timeout_ms;
    const int64_t now_ms = clock_mono_ms();
    int64_t late_ms;

    if (!is_full(forward))
        return timeout_ms;
    if (forward->full_since_ms == 0)
        forward->full_since_ms = now_ms;
    late_ms = forward->late_ms + now_ms - forward->full_since_ms;
    return late_ms < timeout_ms ? timeout_ms - late_ms : 0;
}

void forward_take_body(struct forward *forward)
{
    struct buf *body = &forward->exchange->answer.body;
    const int64_t made_up_ms = (int64_t)body->size / BODY_RATE;

    if (forward->full_since_ms != 0)
        forward->late_ms += clock_mono_ms() - forward->full_since_ms;
    forward->late_ms = forward->late_ms > made_up_ms ? forward->late_ms - made_up_ms : 0;
    forward->full_since_ms = 0;
    buf_clear(body);
}

/* Read as much of the body as there is and as the caller takes. */
void forward_pump(struct forward *forward)
{
    if (forward->state == FORWARD_BODY && is_idle_talk(forward)) {
        forward_drop_stream(forward);
        forward_settle(forward);
        return;
    }
    while (forward->state == FORWARD_BODY && !is_full(forward)) {
        if (!take_piece(forward))
            break;
    }
    if (forward->state != FORWARD_BODY)
        return;
    stream_deadline(forward->stream, time_left_ms(forward));
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
        http_response_head_start(&forward->head, FORWARD_HEAD_MAX);
        return;
    }
    forward_tell_success(forward);
    err = forward->head.status == 101 ? ERR_OUTCOME_UNKNOWN : forward_answer_begin(forward);
    if (err != OK) {
        forward_fail(forward, ERR_OUTCOME_UNKNOWN);
        return;
    }
    forward_enter(forward, FORWARD_BODY);
}

/* Read on in the answer's head; false when it needs more, or is over. */
static bool read_answer_head(struct forward *forward)
{
    struct bytes text = stream_peek(forward->stream);

    switch (http_response_head_read(&forward->head, text)) {
    case HTTP_MORE:
        if (stream_ended(forward->stream))
            forward_fail(forward, lost(forward));
        return false;
    case HTTP_BAD: forward_fail(forward, ERR_OUTCOME_UNKNOWN); return false;
    case HTTP_DONE: take_answer_head(forward, text); return forward->state == FORWARD_HEAD;
    }
    return false;
}

static void on_readable(void *owner)
{
    struct forward *forward = owner;

    while (forward->state == FORWARD_HEAD && read_answer_head(forward)) {
    }
    forward_pump(forward);
    forward_wake(forward);
}

static void on_drained(void *owner)
{
    struct forward *forward = owner;

    forward->is_out = true;
}

/* Of the processor or, when its head is there and nothing is said against it any more, of a caller
 * who is too slow. */
static void on_timeout(void *owner)
{
    struct forward *forward = owner;

    forward_fail(forward, ERR_PROCESSOR_TIMEOUT);
    forward_wake(forward);
}

static void on_closed(void *owner)
{
    struct forward *forward = owner;

    forward->stream = NULL;
    forward_fail(forward, lost(forward));
    forward_wake(forward);
}

static const struct stream_handler forward_handler = {
    .readable = on_readable, .drained = on_drained, .timeout = on_timeout, .closed = on_closed
};

/* From here on a byte may have left. */
void forward_on_ready(void *owner, struct stream *stream)
{
    struct forward *forward = owner;

    forward->stream = stream;
    stream_attach(stream, &forward_handler, forward);
    stream_deadline(stream, forward->route->config->answer_timeout_ms);
    buf_add(stream_output(stream), buf_bytes(&forward->request));
    buf_done(&forward->request);
    if (buf_check(stream_output(stream)) != OK) {
        forward_fail(forward, ERR_OVERLOADED);
        forward_wake(forward);
        return;
    }
    http_response_head_start(&forward->head, FORWARD_HEAD_MAX);
    forward_enter(forward, FORWARD_HEAD);
    forward->may_have_left = true;
    forward->asked_ns = clock_mono_ns();
    forward->is_out = stream_flush(stream);
}

void forward_on_failed(void *owner, enum err err)
{
    struct forward *forward = owner;

    forward_fail(forward, err);
    forward_wake(forward);
}
