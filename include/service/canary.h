/*
 * Canaries: tokens that exist like any other and stand for no card, so that nobody who has a right
 * to ask for them ever does. A use of one is an alarm.
 *
 * A canary is a record as all others are, with a random number in it that passes the check digit.
 * Which tokens are canaries is sealed into their records: who can read the vault's file, or sees
 * answers and how long they take, cannot tell. Lookups and tokenizing count as no use, since they
 * begin with a number and not with a token.
 */
#ifndef PANGATE_SERVICE_CANARY_H
#define PANGATE_SERVICE_CANARY_H

#include "service/caller.h"
#include "service/card_request.h"
#include "service/view.h"

/* What entries of the audit log say, in their details. */
#define CANARY_ADDED      "a canary was added"
#define CANARY_ADDED_HARD "a canary was added that quarantines"
#define CANARY_REMOVED    "a canary was removed"
#define CANARY_USED       "a canary was used"

enum { CANARY_PREFIX_MIN = 4, CANARY_PREFIX_MAX = 8 };

struct canary_wish {
    enum token_format format;
    bool quarantines;
    struct bytes prefix; /* digits that its number begins with; empty: the usual ones */
};

/* Somebody uses a token: whoever watches hears of it if it is a canary. */
void canary_look(const struct caller *caller, const struct view *view);

/* Draw number and expiry. ERR_BAD_REQUEST for a prefix that is too long, too short or no digits;
 * ERR_BAD_PAN for one that no card number begins with; ERR_BAD_FORMAT. */
enum err canary_draw(struct service_worker *worker, const struct canary_wish *wish,
                     struct card_request *ret_request);

/* Propose what was drawn, as tokenize_propose() does. The caller is whoever runs the gateway. */
enum err canary_propose(const struct caller *caller, struct card_request *request,
                        struct proposal *ret_proposal);

/* OK if the token is a canary; ERR_NO_TOKEN if it is not, or is not there. */
enum err canary_find(struct service_worker *worker, const struct record_place *place);

#endif
