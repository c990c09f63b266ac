/*
 * Send a card on to a processor: the only way in which a PAN leaves.
 *
 * Two entries: the intent, before the first byte goes out, and the outcome. Every token of a
 * request is let through or none. A token may be bound to routes, which is sealed into its record;
 * on other routes it is never put in, whoever asks.
 */
#ifndef PANGATE_SERVICE_FORWARD_H
#define PANGATE_SERVICE_FORWARD_H

#include "service/caller.h"
#include "service/code.h"

enum { FORWARD_TOKENS_MAX = 64 }; /* an entry names them all */

/* Parts of a card that a request asks for, beside the number. */
enum forward_part { FORWARD_EXPIRY = 1, FORWARD_CVC = 2 };

struct forward_card { /* SECRET */
    struct token token;
    unsigned parts;   /* a set of enum forward_part */
    struct card card; /* after forward_look() its expiry only; after forward_finish() all of it */
    struct cvc cvc;
    char first6[7], last4[5];
    uint8_t length;
    bool is_canary; /* once it was looked at */
};

struct forward_cards { /* SECRET: AUTO(forward_cards_wipe); begins zeroed */
    size_t count, capacity;
    struct forward_card *list;
};

void forward_cards_wipe(struct forward_cards *cards); /* and frees what it holds */

/* Add a token, or another part of one that is there. ERR_BAD_MARK for one too many, ERR_OVERLOADED
 * without memory. */
enum err forward_cards_add(struct forward_cards *cards, const struct token *token, unsigned parts);

/* NULL if it is not there. */
const struct forward_card *forward_cards_find(const struct forward_cards *cards,
                                              const struct token *token);

/* Where cards are to go. */
struct forward_to {
    const char *route;
    int64_t cvc_ttl_ms;
};

/*
 * Before anything is decided, and without opening a PAN: is every token there, may it go there, and
 * is there what is asked of it? ERR_NO_TOKEN, ERR_DENIED (bound to other routes), ERR_BAD_MARK (its
 * expiry is not known), ERR_CVC_GONE; cards->list[*ret_bad] is then to blame.
 */
enum err forward_look(const struct caller *caller, const struct forward_to *to,
                      struct forward_cards *cards, size_t *ret_bad);

/* Fill in the submission, which has an item for each card, or one if there is none. */
void forward_propose(const struct caller *caller, const char *route,
                     const struct forward_cards *cards, struct submission *submission);

/* Whether the vault let it through. If not, there is no intent and there must be no outcome. */
enum err forward_granted(const struct submission *submission);

/* The intent is on disk, so the records may be opened. Any of the errors above, or ERR_UNREACHABLE
 * for a canary: nothing may be sent, and the outcome must say so. */
enum err forward_finish(const struct caller *caller, const struct forward_to *to,
                        const struct submission *submission, struct forward_cards *cards);

/* Fill in the submission (of one item) that closes an intent. */
void forward_outcome_propose(const struct caller *caller, const char *route,
                             const struct forward_cards *cards, struct submission *submission);

/* The processor has said yes: destroy the codes that it was shown. */
void forward_destroy_codes(const struct caller *caller, const char *route,
                           const struct forward_cards *cards);

/* Once a second: destroy the codes whose time is over. Each is entered. */
void forward_destroy_old_codes(struct service_worker *worker);

/*
 * What stands for a number in an answer: the token that the request used, else the multi token of
 * the default format, else the oldest of the other formats. False: there is none. The first looks
 * at the request's own cards only, the second asks the vault.
 */
bool forward_token_used(const struct forward_cards *cards, const struct pan *pan,
                        struct token *ret_token);
bool forward_token_of(const struct caller *caller, const struct pan *pan, struct token *ret_token);

/* A key counts within one client, method and path, for one request: `request` is what must not
 * change when it is sent again. */
enum err forward_key(const struct caller *caller,
                     const struct bytes parts[3] /* method, path, key */, struct bytes request,
                     struct idempotency *ret_idempotency);

/* Whether the vault holds an answer, or a forward that is running, for a key. */
bool forward_is_held(const struct caller *caller, const struct idempotency *idempotency);

/* What is known of the caller's last forward with this key. ERR_NO_ROUTE if there is none. */
enum err forward_attempt(const struct caller *caller, struct bytes key,
                         struct vault_attempt *ret_attempt);

/* Refuse before the intent: one entry that names route and token (which may be NULL). */
void forward_refuse(const struct caller *caller, const char *route, const struct token *token,
                    enum err err);

#endif
