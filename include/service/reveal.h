/*
 * Detokenize: a token in, the card out, once its entry is on disk.
 */
#ifndef PANGATE_SERVICE_REVEAL_H
#define PANGATE_SERVICE_REVEAL_H

#include "service/caller.h"
#include "service/worker.h"

/* `purpose` was checked with text_check(). */
void reveal_propose(const struct caller *caller, const struct token *token, struct bytes purpose,
                    struct proposal *ret_proposal);

/* The entry is on disk, so the record may be opened. */
enum err reveal_finish(const struct caller *caller, const struct proposal *proposal,
                       struct card *ret_card);

#endif
