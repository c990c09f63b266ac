/*
 * A card in, a token out; and the question whether there is a token already.
 *
 * Each use case is two pieces: propose ends in a submitted proposal, finish begins with its
 * outcome.
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

/* What to show of a decided proposal. */
enum err tokenize_finish(const struct caller *caller, const struct proposal *proposal,
                         struct view *ret_view);

/* The multi token of this card and format, if there is one. Creates nothing, waits for nothing;
 * enters itself. ERR_NO_TOKEN. */
enum err lookup(const struct caller *caller, const struct pan *pan, enum token_format format,
                struct view *ret_view);

#endif
