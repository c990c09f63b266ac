#include "gateway/session.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/must.h"
#include "gateway/admission.h"
#include "gateway/endpoint_table.h"
#include "gateway/forward.h"
#include "gateway/reply.h"

enum step { STEP_AGAIN, STEP_WAIT, STEP_CLOSE };

enum {
    SESSION_STEPS_MAX = 64,
    OUTPUT_HIGH = 64 * 1024,
    SESSION_COST = 16 * 1024, /* of a connection that is silent, with what TLS keeps of it */
};

#define BIT(state) (1U << (state))

static void enter(struct session *session, enum session_state next);

/* Who this is by the clients in force; nobody, if a reload removed it. */
static void session_recognise(struct session *session)
{
    struct worker *worker = session->listener->worker;
    const struct clients *clients = shared_clients_table(worker->directory->shared);

    session->principal = clients_find(clients, stream_peer(session->stream)->identity);
    session->generation = worker->generation;
}

/* NULL: there is no room for another request. */
static struct exchange *take_exchange(struct session *session)
{
    struct exchange *exchange = exchange_take(session->listener->worker);

    if (exchange == NULL)
        return NULL;
    exchange->session = session;
    exchange->caller.principal = session->principal;
    if (exchange_hold(exchange, EXCHANGE_COST) == OK)
        return exchange;
    exchange_give_back(exchange);
    return NULL;
}

/* So long the peer would be let in by the files in force. */
static int64_t good_until_ms(const struct tls_server *tls, const struct stream *stream)
{
    int64_t certificates_ms = stream_peer(stream)->not_after_ms;
    int64_t lists_ms = tls_server_crl_due_ms(tls);

    return certificates_ms < lists_ms ? certificates_ms : lists_ms;
}

/* Said in the log, and counted in the audit log with the handshakes that fail for the same. */
static void say_turned_out(struct session *session, enum handshake why)
{
    struct worker *worker = session->listener->worker;
    const char *address = stream_address(session->stream);
    struct log_line line;

    log_begin(&line, LOG_WARN, "connection closed");
    json_str(&line.json, "reason", handshake_text(why));
    if (session->principal != NULL)
        json_str(&line.json, "client", session->principal->name);
    json_str(&line.json, "address", address);
    log_gather(&line, &worker->log_lines);
    refusals_add_handshake(worker->service.refusals, handshake_text(why), address);
}

/* False: it is not let in any more. */
static bool is_still_let_in(struct session *session)
{
    int64_t now_ms = clock_wall_ms();

    if (now_ms <= session->good_until_ms)
        return true;
    say_turned_out(session, tls_server_judge_again(session->listener->tls,
                                                   stream_peer(session->stream), now_ms));
    return false;
}

static enum step idle(struct session *session)
{
    struct worker *worker = session->listener->worker;

    if (stream_peek(session->stream).size == 0)
        return stream_ended(session->stream) || worker->draining ? STEP_CLOSE : STEP_WAIT;
    if (session->generation != worker->generation)
        session_recognise(session);
    if (!is_still_let_in(session))
        return STEP_CLOSE;
    session->exchange = take_exchange(session);
    if (session->exchange == NULL) {
        reply_write_overloaded(worker, stream_output(session->stream));
        return STEP_CLOSE;
    }
    must(bytes_copy_text(bytes_str(stream_address(session->stream)), session->exchange->address,
                         sizeof(session->exchange->address)));
    session->exchange->caller.address = session->exchange->address;
    http_head_start(&session->exchange->head, session->listener->options->head_max);
    enter(session, READ_HEAD);
    return STEP_AGAIN;
}

/* The connection ends after this answer, whatever the client wants. */
static enum step refuse_and_close(struct session *session, enum err err)
{
    exchange_refuse(session->exchange, err, NULL);
    session->closing = true;
    enter(session, REPLY);
    return STEP_AGAIN;
}

/* The head is whole: keep it, let the input go, and see what may become of the request. */
static enum step take_head(struct session *session, struct bytes text)
{
    struct exchange *exchange = session->exchange;
    const struct config_listener *options = session->listener->options;
    enum err err;

    buf_add(&exchange->head_text, bytes_of(text.data, exchange->head.size));
    stream_consume(session->stream, exchange->head.size);
    exchange->bytes_in += exchange->head.size;
    session->closing = !exchange->head.keep_alive;
    err = admission_judge(exchange, options->body_max);
    if (err != OK && !admission_may_go_on(exchange, err))
        return refuse_and_close(session, err);
    if (err != OK)
        exchange_refuse(exchange, err, NULL);
    enter(session, err == OK ? READ_BODY : REPLY);
    return STEP_AGAIN;
}

static enum step read_head(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct bytes text = stream_peek(session->stream);

    switch (http_head_read(&exchange->head, text)) {
    case HTTP_MORE: return stream_ended(session->stream) ? STEP_CLOSE : STEP_WAIT;
    case HTTP_BAD: return refuse_and_close(session, exchange->head.err);
    case HTTP_DONE: break;
    }
    return take_head(session, text);
}

/* Asked for once, and only while the client still waits for it (RFC 9110, section 10.1.1). */
static void continue_if_expected(struct session *session)
{
    struct exchange *exchange = session->exchange;

    if (exchange->head.expect != HTTP_EXPECT_CONTINUE || exchange->continued)
        return;
    exchange->continued = true;
    http_write_continue(stream_output(session->stream));
}

/* Nothing is kept for which there is no room; what is left of the body is read over. */
static enum step refuse_body(struct session *session, enum err err)
{
    if (err == ERR_TOO_LARGE)
        return refuse_and_close(session, err);
    exchange_drop_body(session->exchange);
    exchange_refuse(session->exchange, err, NULL);
    enter(session, REPLY);
    return STEP_AGAIN;
}

/* The body is whole, and nothing of the request has been done yet. */
static enum step take_body(struct session *session)
{
    enum err err = admission_judge_again(session->exchange);

    if (err != OK)
        exchange_refuse(session->exchange, err, NULL);
    enter(session, err == OK ? SERVE : REPLY);
    return STEP_AGAIN;
}

static enum step read_body(struct session *session)
{
    struct exchange *exchange = session->exchange;
    struct bytes text = stream_peek(session->stream);
    enum err room = exchange_hold_body(exchange, text.size);
    enum http_step step;
    size_t used;

    if (room != OK)
        return refuse_body(session, room);
    step = http_body_read(&exchange->body_reader, text, &exchange->body, &used);
    stream_consume(session->stream, used);
    exchange->bytes_in += used;
    if (step == HTTP_BAD)
        return refuse_and_close(session, exchange->body_reader.err);
    if (step == HTTP_MORE) {
        if (stream_ended(session->stream))
            return STEP_CLOSE;
        if (text.size == 0)
            continue_if_expected(session);
        return STEP_WAIT;
    }
    return take_body(session);
}

/* A caller who is gone stops a forward of which nothing was sent yet. */
static bool has_hung_up(const struct session *session)
{
    const struct forward *forward = session->exchange->forward;

    return forward != NULL && forward_may_stop(forward) && stream_ended(session->stream);
}

static enum step serve(struct session *session)
{
    struct exchange *exchange = session->exchange;
    const struct handler *handler = exchange->endpoint->handler;

    if (exchange->submission_is_out)
        return STEP_WAIT;
    switch (session->finishing ? handler->finish(exchange) : handler->begin(exchange)) {
    case SERVE_ANSWER: enter(session, REPLY); return STEP_AGAIN;
    case SERVE_SLICE: stream_yield(session->stream); return STEP_WAIT;
    case SERVE_WAIT: break;
    }
    session->finishing = true;
    return has_hung_up(session) ? STEP_CLOSE : STEP_WAIT;
}

static void session_let_go(struct session *session)
{
    struct exchange *exchange = session->exchange;

    session->exchange = NULL;
    exchange_leave(exchange);
}

/* The exchange stays for as long as there is something left to pour or to skip. */
static void write_answer(struct session *session)
{
    struct exchange *exchange = session->exchange;

    session->closing |= session->listener->worker->draining;
    session->closing |= exchange->answer.err == ERR_TOO_LARGE;
    exchange->answer.close = session->closing;
    exchange->answered = true;
    reply_write(exchange, stream_output(session->stream));
    if (exchange->answer.streamed)
        return;
    if (session->closing || exchange->body_reader.state == HTTP_BODY_DONE)
        session_let_go(session);
}

/* Write the answer; pipelined requests go on before it is sent, as long as output is short. */
static enum step reply(struct session *session)
{
    struct buf *output = stream_output(session->stream);

    if (session->exchange != NULL && !session->exchange->answered)
        write_answer(session);
    if (session->exchange != NULL && session->exchange->answer.streamed) {
        enter(session, POUR);
        return STEP_AGAIN;
    }
    if (session->closing || buf_check(output) != OK)
        return STEP_CLOSE;
    if (output->size > OUTPUT_HIGH && !stream_flush(session->stream))
        return STEP_WAIT;
    enter(session, session->exchange == NULL ? IDLE : SKIP_BODY);
    return STEP_AGAIN;
}

void session_wait_long(struct session *session)
{
    stream_deadline(session->stream, -1);
}

/* The head is written, the body follows as it comes, as fast as the caller takes it. */
static enum step pour(struct session *session)
{
    struct buf *output = stream_output(session->stream);

    if (output->size > OUTPUT_HIGH && !stream_flush(session->stream))
        return STEP_WAIT;
    switch (forward_pour(session->exchange->forward, output)) {
    case POUR_SOME:
        if (stream_flush(session->stream))
            return STEP_AGAIN;
        stream_deadline(session->stream, session->listener->options->reply_timeout_ms);
        return STEP_WAIT;
    case POUR_NONE: session_wait_long(session); return STEP_WAIT;
    case POUR_BROKEN: session->closing = true; break;
    case POUR_END: break;
    }
    reply_end(session->exchange);
    session_let_go(session);
    enter(session, REPLY);
    return STEP_AGAIN;
}

/* A request has one answer, so what is wrong with the rest of it only ends the connection. */
static enum step skip_body(struct session *session)
{
    struct exchange *exchange = session->exchange;
    size_t used;
    enum http_step step =
        http_body_read(&exchange->body_reader, stream_peek(session->stream), NULL, &used);

    stream_consume(session->stream, used);
    if (step == HTTP_BAD)
        return STEP_CLOSE;
    if (step == HTTP_MORE)
        return stream_ended(session->stream) ? STEP_CLOSE : STEP_WAIT;
    session_let_go(session);
    enter(session, IDLE);
    return STEP_AGAIN;
}

static const struct state {
    const char *name;
    enum step (*run)(struct session *session);
    unsigned may_enter;
} states[SESSION_STATES] = {
    [IDLE] = { "idle", idle, BIT(READ_HEAD) },
    [READ_HEAD] = { "read_head", read_head, BIT(READ_BODY) | BIT(REPLY) },
    [READ_BODY] = { "read_body", read_body, BIT(SERVE) | BIT(REPLY) },
    [SERVE] = { "serve", serve, BIT(REPLY) },
    [REPLY] = { "reply", reply, BIT(IDLE) | BIT(POUR) | BIT(SKIP_BODY) },
    [POUR] = { "pour", pour, BIT(REPLY) },
    [SKIP_BODY] = { "skip_body", skip_body, BIT(IDLE) },
};

static int64_t state_timeout_ms(const struct session *session, enum session_state state)
{
    const struct config_listener *options = session->listener->options;
    const struct config_gateway *gateway = &session->listener->worker->config->gateway;
    const int64_t timeouts[SESSION_STATES] = {
        [IDLE] = options->idle_timeout_ms,      [READ_HEAD] = options->head_timeout_ms,
        [READ_BODY] = options->body_timeout_ms, [SERVE] = gateway->serve_timeout_ms,
        [REPLY] = options->reply_timeout_ms,    [POUR] = options->reply_timeout_ms,
        [SKIP_BODY] = options->body_timeout_ms,
    };

    return timeouts[state];
}

/* The only place where the state changes. */
static void enter(struct session *session, enum session_state next)
{
    must((states[session->state].may_enter & BIT(next)) != 0);
    session->state = next;
    session->finishing = false;
    stream_deadline(session->stream, state_timeout_ms(session, next));
}

/* False: its client has as many connections and requests as it may, or all have. */
static bool take_room(struct session *session)
{
    struct memory *all = session->listener->worker->memory;
    struct standing *standing = session->principal == NULL ? NULL : session->principal->standing;

    if (standing == NULL)
        return true; /* a reload has just removed it: it hears so with its first request */
    if (!memory_take(all, SESSION_COST))
        return false;
    if (!memory_take(&standing->memory, SESSION_COST)) {
        memory_give(all, SESSION_COST);
        return false;
    }
    session->standing = standing_hold(standing);
    return true;
}

static void give_room_back(struct session *session)
{
    if (session->standing == NULL)
        return;
    memory_give(&session->standing->memory, SESSION_COST);
    memory_give(session->listener->worker->memory, SESSION_COST);
    standing_release(session->standing);
    session->standing = NULL;
}

/* Answers that are written go out before the connection ends. The stream frees itself. */
static void session_close(struct session *session)
{
    if (session->exchange != NULL)
        session_let_go(session);
    give_room_back(session);
    if (session->stream != NULL)
        stream_finish(session->stream);
    counter_sub(&session->listener->worker->counters.sessions, 1);
    free(session);
}

static void session_run(struct session *session)
{
    for (int steps = 0; steps < SESSION_STEPS_MAX; steps++) {
        switch (states[session->state].run(session)) {
        case STEP_AGAIN: break;
        case STEP_WAIT: (void)stream_flush(session->stream); return;
        case STEP_CLOSE: session_close(session); return;
        }
    }
    stream_yield(session->stream); /* give the other sessions a turn */
}

void session_resume(struct session *session)
{
    session_run(session);
}

static void on_readable(void *owner)
{
    session_run(owner);
}

static void on_drained(void *owner)
{
    session_run(owner);
}

static void on_timeout(void *owner)
{
    struct session *session = owner;

    if (session->state == IDLE || session->state >= REPLY) {
        stream_close(session->stream);
        session->stream = NULL;
        session_close(session);
        return;
    }
    (void)refuse_and_close(session, session->state == SERVE ? ERR_JOURNAL : ERR_REQUEST_TIMEOUT);
    session_run(session);
}

static void on_closed(void *owner)
{
    struct session *session = owner;

    session->stream = NULL;
    session_close(session);
}

static const struct stream_handler session_handler = {
    .readable = on_readable, .drained = on_drained, .timeout = on_timeout, .closed = on_closed
};

void session_open(struct worker_listener *listener, struct stream *stream)
{
    struct session *session = calloc(1, sizeof(*session));

    if (session == NULL) {
        stream_close(stream);
        return;
    }
    session->listener = listener;
    session->stream = stream;
    session->good_until_ms = good_until_ms(listener->tls, stream);
    session_recognise(session);
    counter_add(&listener->worker->counters.sessions, 1);
    stream_attach(stream, &session_handler, session);
    stream_deadline(stream, listener->options->idle_timeout_ms);
    if (take_room(session))
        return;
    reply_write_overloaded(listener->worker, stream_output(stream));
    session_close(session);
}

void session_judge_again(void *tls, struct stream *stream)
{
    struct session *session = stream_owner(stream);
    enum handshake result;

    if (session == NULL)
        return;
    session->good_until_ms = good_until_ms(tls, stream);
    result = tls_server_judge_again(tls, stream_peer(stream), clock_wall_ms());
    if (result == HANDSHAKE_OK)
        return;
    session_recognise(session); /* the table that its principal was in may be gone */
    say_turned_out(session, result);
    stream_close(stream);
    session->stream = NULL;
    session_close(session);
}

void session_drain(void *worker, struct stream *stream)
{
    struct session *session = stream_owner(stream);

    (void)worker;
    if (session != NULL && session->state == IDLE)
        session_run(session);
}
