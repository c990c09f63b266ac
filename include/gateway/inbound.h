/*
 * The reverse of a forward: a request that carries card numbers (a marketplace's feed, a partner's
 * callback) goes on to the merchant's own server with tokens in their place.
 *
 * What the vault does not know yet is stored first, in the default format; for that the caller
 * needs the right to tokenize. Everything else is as for any forward.
 */
#ifndef PANGATE_GATEWAY_INBOUND_H
#define PANGATE_GATEWAY_INBOUND_H

#include "gateway/forward.h"

/* Cards that the vault does not have yet. SECRET. */
struct inbound_cards {
    size_t count, max;
    bool too_many;
    struct card_request list[];
};

void inbound_cards_free(struct inbound_cards *cards); /* accepts NULL */

/* The cards are stored, or not: go on with the intent. Any error: nothing has been sent. */
enum err inbound_stored(struct forward *forward);

#endif
