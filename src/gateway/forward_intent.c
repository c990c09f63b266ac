#include "gateway/forward_state.h"

#include "gateway/forward_answer.h"
#include "gateway/forward_request.h"
#include "gateway/inbound.h"
#include "gateway/session.h"

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
    forward_enter(forward, FORWARD_OVER);
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

    if (err == OK && !forward_is_let_try(forward))
        err = ERR_UNREACHABLE;
    if (err != OK) {
        forward_fail(forward, err);
        return;
    }
    forward_enter(forward, FORWARD_CONNECT);
    err = upstream_ask(forward->exchange->outlet->upstream, &forward->call);
    if (err != OK)
        forward_fail(forward, err);
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
    exchange->answer.receipt = submission->err == OK && !submission->replayed
                                   ? submission->items[0].number
                                   : submission->replay_number;
    if (submission->replayed)
        http_write_field_str(&exchange->answer.fields, "Idempotency-Replayed", "true");
    forward->answered = true;
    forward_enter(forward, FORWARD_OVER);
}

static void take_intent(struct forward *forward)
{
    struct exchange *exchange = forward->exchange;
    const struct submission *submission = exchange->submission;
    const struct forward_to to = { forward->route->config->name,
                                   forward->route->config->cvc_ttl_ms };
    enum err err = forward_granted(submission);

    if (submission->err == OK && submission->replayed && err != ERR_NO_TOKEN) {
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
    if (forward->cards.count > 0)
        memcpy(exchange->answer.token_last4, token_last4(&forward->cards.list[0].token),
               sizeof(exchange->answer.token_last4));
    if (!forward_is_inbound(forward))
        err = forward_finish(&exchange->caller, &to, submission, &forward->cards);
    for (size_t i = 0; i < forward->cards.count && err == OK; i++)
        own_pans_add(&forward->own, &forward->cards.list[i].card.pan);
    if (err == OK && exchange->session == NULL)
        err = ERR_CLOSED;
    if (err != OK)
        forward_fail(forward, err);
    else
        ask(forward);
}

/* Not even the intent was proposed. */
static void take_cards(struct forward *forward)
{
    struct exchange *exchange = forward->exchange;
    enum err err = exchange->session == NULL ? ERR_CLOSED : inbound_stored(forward);

    if (err == OK)
        return;
    exchange_fail(exchange, err, NULL);
    forward_refuse(&exchange->caller, forward->route->config->name, NULL, err);
    forward->answered = true;
    forward_enter(forward, FORWARD_OVER);
}

static void take_outcome(struct forward *forward)
{
    const struct submission *submission = forward->exchange->submission;
    enum err err = submission->err != OK ? submission->err : submission->items[0].err;

    forward_enter(forward, FORWARD_OVER);
    if (err != OK)
        forward_lose_outcome(forward, err);
}

void forward_returned(struct forward *forward)
{
    if (forward->state == FORWARD_STORE)
        take_cards(forward);
    else if (forward->state == FORWARD_INTENT)
        take_intent(forward);
    else if (forward->state == FORWARD_OUTCOME)
        take_outcome(forward);
    forward_wake(forward);
}
