#include "gateway/forward_state.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/must.h"
#include "gateway/forward_answer.h"
#include "gateway/inbound.h"
#include "gateway/session.h"
#include "service/code.h"

enum {
    ANSWER_KEEP_MAX = 200 * 1024,
    RETRY_MS = 50,
    REQUEST_MAX = 96 * 1024 * 1024,
    LOOKUPS_MAX = 1000, /* each takes a hash and a read for every token format */
};

bool forward_may_look_up(struct forward *forward)
{
    if (forward->lookups == LOOKUPS_MAX)
        return false;
    forward->lookups++;
    return true;
}

bool forward_find_token(void *context, const struct pan *pan, struct token *ret_token)
{
    struct forward *forward = context;

    if (forward_token_used(&forward->cards, pan, ret_token))
        return true;
    return forward_may_look_up(forward) &&
           forward_token_of(&forward->exchange->caller, pan, ret_token);
}

/* Only this changes the state. */
void forward_enter(struct forward *forward, enum forward_state next)
{
    must(next > forward->state);
    forward->state = next;
}

/* The last thing that whoever is called from the loop does: the forward may be gone afterwards. */
void forward_wake(struct forward *forward)
{
    struct exchange *exchange = forward->exchange;

    if (exchange->session != NULL)
        session_resume(exchange->session);
    else if (forward->state == FORWARD_OVER)
        exchange_give_back(exchange);
}

/* An outcome that nobody waits for is a note: it shares the sync of what comes next. One that gives
 * tokens back is not, as they may be used again at once. */
static bool is_note(const struct forward *forward)
{
    return !forward->key.used && forward->may_have_left;
}

static enum err hand_over(struct forward *forward, struct submission *submission)
{
    struct exchange *exchange = forward->exchange;
    struct vault *vault = exchange->worker->service.vault;
    enum err err;

    if (!is_note(forward)) {
        submission_free(vault, exchange->submission);
        exchange->submission = submission;
        return exchange_submit(exchange);
    }
    codes_end(&exchange->worker->service, submission); /* as if it were back */
    err = vault_submit(vault, submission);
    if (err != OK)
        submission_free(vault, submission);
    return err;
}

static enum err submit_outcome(struct forward *forward)
{
    struct exchange *exchange = forward->exchange;
    struct submission *submission = submission_new(exchange->worker->service.vault, 1);

    if (submission == NULL)
        return ERR_OVERLOADED;
    forward_outcome_propose(&exchange->caller, forward->route->config->name, &forward->cards,
                            submission);
    submission->forward.intent = forward->intent;
    submission->forward.has_key = forward->key.used;
    submission->forward.nothing_sent = !forward->may_have_left;
    submission->forward.status = forward->status;
    submission->forward.answer = buf_bytes(&forward->sealed);
    return hand_over(forward, submission);
}

void forward_lose_outcome(struct forward *forward, enum err err)
{
    struct answer *answer = &forward->exchange->answer;

    if (forward->key.used && answer->streamed) {
        forward->broken = true;
    } else if (forward->key.used && answer->err == OK) {
        buf_clear(&answer->fields);
        buf_clear(&answer->body);
        exchange_fail(forward->exchange, err, NULL);
    }
}

/* Owed whatever happens. Where the journal has failed, the next start enters that it is not
 * known. */
static void owe_outcome(struct forward *forward)
{
    enum err err = submit_outcome(forward);

    if (err == ERR_OVERLOADED)
        timer_set(&forward->retry, RETRY_MS);
    else if (err != OK || !forward->key.used)
        forward_enter(forward, FORWARD_OVER);
    if (err != OK && err != ERR_OVERLOADED)
        forward_lose_outcome(forward, err);
}

static void on_retry(void *owner)
{
    struct forward *forward = owner;

    owe_outcome(forward);
    forward_wake(forward);
}

/* A member of the answer may have to be looked at even where nothing is kept. */
static size_t whole_max(const struct forward *forward)
{
    const struct config_route *config = forward->route->config;

    return config->success_member.count > 0 ? ANSWER_KEEP_MAX : config->answer_keep_max;
}

struct forward *forward_new(struct exchange *exchange)
{
    struct forward *forward = malloc(sizeof(*forward));

    if (forward == NULL)
        return NULL;
    memset(forward, 0, offsetof(struct forward, head));
    forward->codes.count = forward->own.count = 0;
    forward->filter.rules = NULL;
    forward->exchange = exchange;
    forward->route = exchange->outlet->route;
    forward->rules.vault = (struct held_vault){ forward_find_token, forward };
    forward->rules.codes = &forward->codes;
    forward->rules.own = &forward->own;
    forward->call = (struct upstream_call){ .ready = forward_on_ready,
                                            .failed = forward_on_failed,
                                            .owner = forward };
    buf_init(&forward->request, REQUEST_MAX);
    buf_init(&forward->head_text, FORWARD_HEAD_MAX);
    buf_init(&forward->piece, FORWARD_PIECE);
    buf_init(&forward->whole, whole_max(forward));
    buf_init(&forward->sealed, FORWARD_ANSWER_MAX);
    timer_init(&forward->retry, exchange->worker->loop, on_retry, forward);
    list_add_last(&exchange->worker->forwards, &forward->node);
    return forward;
}

void forward_free(struct forward *forward)
{
    must(forward->stream == NULL);
    inbound_cards_free(forward->unknown);
    timer_stop(&forward->retry);
    list_remove(&forward->node);
    buf_done(&forward->request);
    buf_done(&forward->head_text);
    buf_done(&forward->piece);
    buf_done(&forward->whole);
    buf_done(&forward->sealed);
    answer_done(&forward->filter);
    echo_codes_wipe(&forward->codes);
    own_pans_wipe(&forward->own);
    forward_cards_wipe(&forward->cards);
    free(forward);
}

static void count(const struct forward *forward)
{
    struct route_counters *counters = forward->exchange->outlet->counters;

    if (!forward->may_have_left)
        counter_add(&counters->not_sent, 1);
    else
        counter_add(forward->status == 0 ? &counters->unknown : &counters->sent, 1);
}

void forward_settle(struct forward *forward)
{
    forward_enter(forward, FORWARD_OUTCOME);
    count(forward);
    if (forward->status != 0 && forward_answer_succeeds(forward))
        forward_destroy_codes(&forward->exchange->caller, forward->route->config->name,
                              &forward->cards);
    if (forward->key.used && forward->status != 0 && !forward->broken &&
        forward->exchange->answer.err == OK)
        err_ignore(forward_answer_seal(forward));
    owe_outcome(forward);
}

static struct breaker *breaker_of(struct forward *forward)
{
    return &forward->exchange->outlet->breaker;
}

bool forward_is_let_try(struct forward *forward)
{
    forward->is_admitted = breaker_admits(breaker_of(forward), clock_mono_ms());
    return forward->is_admitted;
}

void forward_tell_success(struct forward *forward)
{
    breaker_success(breaker_of(forward));
    forward->is_admitted = false;
}

/* That a caller went away, or that we are full, is nothing against the processor. */
static void tell_failure(struct forward *forward, enum err err)
{
    if (!forward->is_admitted)
        return;
    forward->is_admitted = false;
    if (err == ERR_UNREACHABLE || err == ERR_PROCESSOR_TIMEOUT || err == ERR_OUTCOME_UNKNOWN)
        breaker_failure(breaker_of(forward), clock_mono_ms());
    else
        breaker_forget(breaker_of(forward));
}

void forward_drop_stream(struct forward *forward)
{
    if (forward->stream != NULL)
        stream_close(forward->stream);
    forward->stream = NULL;
}

/* It does not come to an answer of the processor's, or not to its end. */
void forward_fail(struct forward *forward, enum err err)
{
    struct answer *answer = &forward->exchange->answer;

    forward_drop_stream(forward);
    tell_failure(forward, err);
    if (forward->answered) {
        forward->broken = true;
    } else {
        forward->answered = true;
        buf_clear(&answer->fields);
        buf_clear(&answer->body);
        exchange_fail(forward->exchange, err, NULL);
    }
    forward_settle(forward);
}

bool forward_leave(struct forward *forward)
{
    if (forward->state <= FORWARD_INTENT)
        return forward->exchange->submission_is_out;
    if (forward->state == FORWARD_CONNECT) {
        upstream_cancel(&forward->call);
        forward_fail(forward, ERR_CLOSED);
    }
    forward_pump(forward);
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
    bool any;

    forward_pump(forward);
    any = body->size > 0;
    exchange->bytes_out += body->size;
    if (exchange->head.is_old)
        buf_add(output, buf_bytes(body));
    else if (body->size > 0)
        http_write_chunk(output, buf_bytes(body));
    forward_take_body(forward);
    forward_pump(forward); /* what the caller does not take in time is what waits for it */
    if (body->size > 0)
        return POUR_SOME;
    if (forward->broken)
        return POUR_BROKEN;
    if (forward->state != FORWARD_OVER)
        return any ? POUR_SOME : POUR_NONE;
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
        forward_fail(forward, ERR_OVERLOADED);
    if (forward->state == FORWARD_OVER)
        exchange_give_back(forward->exchange);
}

void forward_stop_all(struct worker *worker)
{
    list_each (node, &worker->forwards) {
        stop(list_item(node, struct forward, node));
    }
}

/* Once more by hand, as no timer rings any more. */
static void pay_or_give_up(struct forward *forward)
{
    owe_outcome(forward);
    if (forward->exchange->submission_is_out)
        return;
    if (forward->state == FORWARD_OUTCOME)
        forward_enter(forward, FORWARD_OVER);
    exchange_give_back(forward->exchange);
}

void forward_give_up_all(struct worker *worker)
{
    list_each (node, &worker->forwards) {
        pay_or_give_up(list_item(node, struct forward, node));
    }
}
