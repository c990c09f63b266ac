#include "service/forward.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/must.h"
#include "base/secret.h"
#include "service/canary.h"
#include "service/card_index.h"
#include "service/request_key.h"
#include "service/text.h"

void forward_cards_wipe(struct forward_cards *cards)
{
    wipe(cards->list, cards->count * sizeof(cards->list[0]));
    free(cards->list);
    *cards = (struct forward_cards){ 0 };
}

const struct forward_card *forward_cards_find(const struct forward_cards *cards,
                                              const struct token *token)
{
    for (size_t i = 0; i < cards->count; i++) {
        if (token_equal(&cards->list[i].token, token))
            return &cards->list[i];
    }
    return NULL;
}

/* The old list is wiped, which realloc() would not do. */
static enum err grow(struct forward_cards *cards)
{
    struct forward_cards grown = { .capacity = cards->capacity == 0 ? 2 : 2 * cards->capacity };

    grown.list = malloc(grown.capacity * sizeof(grown.list[0]));
    if (grown.list == NULL)
        return ERR_OVERLOADED;
    if (cards->count > 0)
        memcpy(grown.list, cards->list, cards->count * sizeof(grown.list[0]));
    grown.count = cards->count;
    forward_cards_wipe(cards);
    *cards = grown;
    return OK;
}

enum err forward_cards_add(struct forward_cards *cards, const struct token *token, unsigned parts)
{
    const struct forward_card *found = forward_cards_find(cards, token);

    if (found == NULL && cards->count == FORWARD_TOKENS_MAX)
        return ERR_BAD_MARK;
    if (found == NULL && cards->count == cards->capacity)
        TRY(grow(cards));
    if (found == NULL)
        cards->list[cards->count++] = (struct forward_card){ .token = *token, .parts = parts };
    else
        cards->list[found - cards->list].parts |= parts;
    return OK;
}

/* A token that names no routes may go anywhere. */
static bool may_go(const struct about *about, const char *route)
{
    struct bytes rest = bytes_of(about->routes, about->routes_size), name;
    bool may = rest.size == 0;

    while (!may && routes_next(&rest, &name))
        may = bytes_equal(name, bytes_str(route));
    return may;
}

/* What the about part and the box of codes say, whenever it is asked. */
static enum err card_check(const struct caller *caller, const struct forward_to *to,
                           struct bytes record, struct forward_card *card)
{
    struct record_place place = { caller->principal->tenant, card->token };
    int64_t oldest_ms = clock_mono_ms() - to->cvc_ttl_ms;
    struct view view AUTO(view_wipe) = { 0 };
    const struct about *about = &view.record.about;

    TRY(view_open(caller->worker, &place, record, &view)); /* proves the header, too */
    canary_look(caller, &view);
    card->is_canary = about->canary != CANARY_NONE;
    if (!may_go(about, to->route))
        return ERR_DENIED;
    if ((card->parts & FORWARD_EXPIRY) != 0 && !expiry_is_known(about->expiry))
        return ERR_BAD_MARK;
    if ((card->parts & FORWARD_CVC) != 0 &&
        (caller->worker->cvcs == NULL ||
         !cvc_box_get(caller->worker->cvcs, &place, oldest_ms, &card->cvc)))
        return ERR_CVC_GONE;
    card->card.expiry = about->expiry;
    card->length = about->length;
    memcpy(card->first6, about->first6, sizeof(card->first6));
    memcpy(card->last4, about->last4, sizeof(card->last4));
    return OK;
}

enum err forward_look(const struct caller *caller, const struct forward_to *to,
                      struct forward_cards *cards, size_t *ret_bad)
{
    for (size_t i = 0; i < cards->count; i++) {
        struct record_place place = { caller->principal->tenant, cards->list[i].token };
        struct vault_row row;
        *ret_bad = i;
        TRY(vault_find(caller->worker->reader, &place, &row));
        TRY(card_check(caller, to, record_bytes(&row.record), &cards->list[i]));
    }
    return OK;
}

static void entry_name(const struct caller *caller, enum audit_kind kind, const char *route,
                       struct audit_entry *ret_entry)
{
    caller_entry(caller, kind, ret_entry);
    must(bytes_copy_text(bytes_str(route), ret_entry->route, sizeof(ret_entry->route)));
}

void forward_propose(const struct caller *caller, const char *route,
                     const struct forward_cards *cards, struct submission *submission)
{
    must(submission->count == (cards->count == 0 ? 1 : cards->count));
    for (size_t i = 0; i < submission->count; i++) {
        submission->items[i].kind = PROPOSE_FORWARD;
        submission->items[i].tenant = caller->principal->tenant;
        if (cards->count > 0)
            submission->items[i].token = cards->list[i].token;
    }
    entry_name(caller, AUDIT_FORWARD, route, &submission->items[0].entry);
}

/* A canary is one for all its life, and stands for no card: no processor must see its number. */
static enum err card_open(const struct caller *caller, const struct forward_to *to,
                          const struct proposal *item, struct forward_card *card)
{
    struct record_place place = { item->tenant, item->token };
    struct expiry expiry;

    must(token_equal(&item->token, &card->token));
    if (!card->is_canary) /* else that it is used was heard before the intent */
        TRY(card_check(caller, to, record_bytes(&item->record), card));
    if (card->is_canary)
        return ERR_UNREACHABLE;
    expiry = card->card.expiry;
    TRY(record_open_card(caller->worker->keys, &place, record_bytes(&item->record), &card->card));
    card->card.expiry = expiry;
    return OK;
}

enum err forward_granted(const struct submission *submission)
{
    TRY(submission->err);
    for (size_t i = 0; i < submission->count; i++)
        TRY(submission->items[i].err);
    return OK;
}

enum err forward_finish(const struct caller *caller, const struct forward_to *to,
                        const struct submission *submission, struct forward_cards *cards)
{
    for (size_t i = 0; i < cards->count; i++)
        TRY(card_open(caller, to, &submission->items[i], &cards->list[i]));
    return OK;
}

static void entry_add_tokens(const struct forward_cards *cards, struct audit_entry *entry)
{
    struct buf more;

    if (cards->count > 0)
        memcpy(entry->token, cards->list[0].token.text, sizeof(cards->list[0].token.text));
    buf_init_fixed(&more, entry->more_tokens, sizeof(entry->more_tokens) - 1);
    for (size_t i = 1; i < cards->count; i++) {
        if (i > 1)
            buf_add_u8(&more, ' ');
        buf_add(&more, token_bytes(&cards->list[i].token));
    }
    must(buf_check(&more) == OK);
    entry->more_tokens[more.size] = '\0';
}

void forward_outcome_propose(const struct caller *caller, const char *route,
                             const struct forward_cards *cards, struct submission *submission)
{
    struct proposal *item = &submission->items[0];

    must(submission->count == 1);
    item->kind = PROPOSE_FORWARD_OUTCOME;
    item->tenant = caller->principal->tenant;
    submission->forward.token_count = cards->count == 0 ? 1 : cards->count;
    entry_name(caller, AUDIT_FORWARD_OUTCOME, route, &item->entry);
    entry_add_tokens(cards, &item->entry);
}

void forward_destroy_codes(const struct caller *caller, const char *route,
                           const struct forward_cards *cards)
{
    struct audit_entry entry;

    for (size_t i = 0; i < cards->count; i++) {
        const struct forward_card *card = &cards->list[i];
        struct record_place place = { caller->principal->tenant, card->token };
        if ((card->parts & FORWARD_CVC) == 0 || !cvc_box_destroy(caller->worker->cvcs, &place))
            continue;
        entry_name(caller, AUDIT_ERASE, route, &entry);
        code_enter_destroyed(caller->worker, &card->token, &entry);
    }
}

void forward_destroy_old_codes(struct service_worker *worker)
{
    struct record_place place;

    while (worker->cvcs != NULL && cvc_box_destroy_old(worker->cvcs, clock_mono_ms(), &place)) {
        struct audit_entry entry = { .kind = AUDIT_EXPIRE, .outcome = AUDIT_OK };
        const char *tenant = keyring_tenant_name(worker->keyring, place.tenant);
        if (tenant != NULL)
            must(bytes_copy_text(bytes_str(tenant), entry.tenant, sizeof(entry.tenant)));
        code_enter_destroyed(worker, &place.token, &entry);
    }
}

static enum err multi_find(const struct caller *caller, const struct pan *pan,
                           enum token_format format, struct vault_row *ret_row)
{
    uint8_t index[MAC_SIZE];

    TRY(card_index(caller, pan, format, index));
    return vault_find_index(caller->worker->reader, caller->principal->tenant, index, ret_row);
}

/* The oldest by the entry that made it. */
static bool oldest_of(const struct caller *caller, const struct pan *pan, struct token *ret_token)
{
    uint64_t oldest = UINT64_MAX;

    for (int format = 0; format < TOKEN_FORMATS; format++) {
        struct vault_row row;
        if (multi_find(caller, pan, (enum token_format)format, &row) != OK || row.made >= oldest)
            continue;
        oldest = row.made;
        *ret_token = row.token;
    }
    return oldest != UINT64_MAX;
}

bool forward_token_used(const struct forward_cards *cards, const struct pan *pan,
                        struct token *ret_token)
{
    for (size_t i = 0; i < cards->count; i++) {
        if (!pan_equal(&cards->list[i].card.pan, pan))
            continue;
        *ret_token = cards->list[i].token;
        return true;
    }
    return false;
}

bool forward_token_of(const struct caller *caller, const struct pan *pan, struct token *ret_token)
{
    struct vault_row row;

    if (multi_find(caller, pan, TOKEN_DIGITS_LAST4, &row) == OK) {
        *ret_token = row.token;
        return true;
    }
    return oldest_of(caller, pan, ret_token);
}

/* The scope of no request: those have a path. */
static enum err key_name(const struct caller *caller, struct bytes key, uint8_t ret_name[32])
{
    const struct bytes parts[3] = { bytes_lit("forward"), bytes_lit(""), key };
    struct idempotency named;

    TRY(request_key_read(caller, parts, bytes_lit(""), &named));
    memcpy(ret_name, named.scope, sizeof(named.scope));
    return OK;
}

enum err forward_key(const struct caller *caller, const struct bytes parts[3], struct bytes request,
                     struct idempotency *ret_idempotency)
{
    TRY(request_key_read(caller, parts, request, ret_idempotency));
    return key_name(caller, parts[2], ret_idempotency->name);
}

bool forward_is_held(const struct caller *caller, const struct idempotency *idempotency)
{
    struct vault_attempt attempt;

    return vault_find_attempt(caller->worker->reader, idempotency->scope, &attempt) == OK;
}

enum err forward_attempt(const struct caller *caller, struct bytes key,
                         struct vault_attempt *ret_attempt)
{
    uint8_t name[32];
    enum err err;

    TRY(request_key_check(key));
    TRY(key_name(caller, key, name));
    err = vault_find_attempt_named(caller->worker->reader, name, ret_attempt);
    return err == ERR_NOT_FOUND ? ERR_NO_ROUTE : err;
}

void forward_refuse(const struct caller *caller, const char *route, const struct token *token,
                    enum err err)
{
    struct audit_entry entry;

    entry_name(caller, AUDIT_FORWARD, route, &entry);
    refusals_add(caller->worker->refusals, &entry, err,
                 token == NULL ? bytes_of(NULL, 0) : token_bytes(token));
}
