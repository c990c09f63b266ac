/*
 * What finds a card's multi token without its number: one card, one tenant, one format.
 */
#ifndef PANGATE_SERVICE_CARD_INDEX_H
#define PANGATE_SERVICE_CARD_INDEX_H

#include "card/pan.h"
#include "card/token_format.h"
#include "service/caller.h"
#include "service/worker.h"

/* HMAC-SHA-256 under the tenant's index key. */
enum err card_index(const struct caller *caller, const struct pan *pan, enum token_format format,
                    uint8_t ret_index[MAC_SIZE]);

#endif
