#include "gateway/inbound.h"

#include <stdlib.h>

#include "base/must.h"
#include "base/secret.h"
#include "gateway/forward_request.h"
#include "gateway/handlers.h"
#include "service/tokenize.h"

enum { SCAN_TEXT_MAX = 128 * 1024 * 1024 };

void inbound_cards_free(struct inbound_cards *cards)
{
    if (cards == NULL)
        return;
    wipe(cards->list, cards->count * sizeof(cards->list[0]));
    free(cards);
}

static struct inbound_cards *inbound_cards_new(size_t max)
{
    struct inbound_cards *cards = calloc(1, sizeof(*cards) + max * sizeof(cards->list[0]));

    if (cards != NULL)
        cards->max = max;
    return cards;
}

/* A number and its token belong together from here on. */
static enum err cards_pair(struct forward_cards *cards, const struct token *token,
                           const struct pan *pan)
{
    if (forward_cards_find(cards, token) != NULL)
        return OK;
    TRY(forward_cards_add(cards, token, 0));
    cards->list[cards->count - 1].card.pan = *pan;
    return OK;
}

static void note_unknown(struct inbound_cards *unknown, const struct pan *pan)
{
    struct card_request *request = &unknown->list[unknown->count];

    for (size_t i = 0; i < unknown->count; i++) {
        if (pan_equal(&unknown->list[i].card.pan, pan))
            return;
    }
    if (unknown->count == unknown->max) {
        unknown->too_many = true;
        return;
    }
    unknown->count++;
    request->card.pan = *pan;
    card_request_describe(request);
}

static bool on_number(void *context, const struct pan *pan, struct token *ret_token)
{
    struct forward *forward = context;
    bool known = forward_token_used(&forward->cards, pan, ret_token);

    if (!known && !forward_may_look_up(forward)) {
        forward->unknown->too_many = true;
        return false;
    }
    known = known || forward_token_of(&forward->exchange->caller, pan, ret_token);
    if (known)
        forward->unknown->too_many |= cards_pair(&forward->cards, ret_token, pan) != OK;
    else
        note_unknown(forward->unknown, pan);
    return known;
}

/* What is written here is of no interest yet: only which numbers there are. */
static enum err scan(struct forward *forward)
{
    struct buf nowhere AUTO(buf_done) = { 0 };

    buf_init(&nowhere, SCAN_TEXT_MAX);
    forward->unknown = inbound_cards_new(forward->route->config->cards_max);
    if (forward->unknown == NULL)
        return ERR_OVERLOADED;
    forward->rules.vault.find = on_number;
    TRY(forward_request_write(forward, &nowhere));
    forward->rules.vault.find = forward_find_token;
    if (forward->unknown->too_many ||
        forward->unknown->count + forward->cards.count > forward->unknown->max)
        return ERR_TOO_LARGE;
    return OK;
}

static enum err store(struct forward *forward)
{
    struct exchange *exchange = forward->exchange;
    struct inbound_cards *unknown = forward->unknown;

    if (!principal_may(exchange->caller.principal, RIGHT_TOKENIZE))
        return ERR_DENIED;
    if (exchange->submission == NULL)
        TRY(exchange_prepare(exchange, unknown->count));
    for (size_t i = 0; i < unknown->count; i++) {
        struct proposal *item = &exchange->submission->items[i];
        if (item->decision == DECIDED_NOTHING || item->decision == DECIDED_TAKEN)
            TRY(tokenize_propose(&exchange->caller, &unknown->list[i], item));
    }
    return exchange_submit(exchange);
}

enum err inbound_stored(struct forward *forward)
{
    struct exchange *exchange = forward->exchange;
    const struct submission *submission = exchange->submission;

    TRY(submission->err);
    for (size_t i = 0; i < submission->count; i++) {
        if (submission->items[i].decision == DECIDED_TAKEN)
            return store(forward);
    }
    for (size_t i = 0; i < submission->count; i++) {
        TRY(submission->items[i].err);
        TRY(cards_pair(&forward->cards, &submission->items[i].token,
                       &forward->unknown->list[i].card.pan));
    }
    inbound_cards_free(forward->unknown);
    forward->unknown = NULL;
    submission_free(exchange->worker->service.vault, exchange->submission);
    exchange->submission = NULL;
    return forward_submit(forward);
}

static enum err begin(struct exchange *exchange)
{
    struct forward *forward;

    TRY(exchange_check_texts(exchange));
    forward = exchange->forward = forward_new(exchange);
    if (forward == NULL)
        return ERR_OVERLOADED;
    TRY(forward_read_key(forward));
    TRY(scan(forward));
    if (forward_is_dry_run(exchange))
        return forward_dry_run(exchange);
    if (forward->unknown->count > 0)
        return store(forward);
    return forward_submit(forward);
}

static enum serve inbound_begin(struct exchange *exchange)
{
    enum err err = begin(exchange);

    if (err == OK)
        return exchange->submission_is_out ? SERVE_WAIT : SERVE_ANSWER;
    buf_clear(&exchange->answer.body);
    exchange_fail(exchange, err, exchange->blame.err == err ? exchange->blame.field : NULL);
    forward_refuse(&exchange->caller, exchange->outlet->route->config->name, NULL, err);
    return SERVE_ANSWER;
}

static enum serve inbound_finish(struct exchange *exchange)
{
    return forward_is_answered(exchange->forward) ? SERVE_ANSWER : SERVE_WAIT;
}

const struct handler inbound_handler = { inbound_begin, inbound_finish, NULL };
