/*
 * A card in, a token out.
 *
 * Two pieces: propose ends in a submitted proposal, finish begins with its outcome.
 */
#ifndef PANGATE_SERVICE_TOKENIZE_H
#define PANGATE_SERVICE_TOKENIZE_H

#include "service/caller.h"
#include "service/card_request.h"
#include "service/customer.h"
#include "service/view.h"

/* Compute the index, draw a token, seal the card for it. Also draws again when the proposal came
 * back as taken; ERR_FORMAT_EXHAUSTED after REDRAWS_MAX of them. */
enum err tokenize_propose(const struct caller *caller, struct card_request *request,
                          struct proposal *ret_proposal);

/* What to show of a decided proposal, a lookup's, too. */
enum err tokenize_finish(const struct caller *caller, const struct proposal *proposal,
                         struct view *ret_view);

#endif
