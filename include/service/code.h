/*
 * The way of a security code: from the request that brings it into the box, and its end there.
 *
 * Room is reserved before the card is proposed, so a box that is full is known before anything
 * changes. A code ends with its token, and each end is an entry.
 */
#ifndef PANGATE_SERVICE_CODE_H
#define PANGATE_SERVICE_CODE_H

#include "service/caller.h"
#include "service/worker.h"

/* One that came with a card. SECRET; ends with code_let_go(). */
struct code {
    struct cvc cvc; /* may be none */
    bool has_room;  /* in the box, reserved */
};

/* Room for the code, if there is one and it has none yet. ERR_OVERLOADED. */
enum err code_reserve(const struct caller *caller, struct code *code);

/* Its card is decided: put it into the box. A token that has ended meanwhile gets none. */
void code_keep(const struct caller *caller, const struct proposal *proposal, struct code *code);

/* Wipe it; room that was not used is given back. */
void code_let_go(const struct caller *caller, struct code *code);

/* A submission is back: destroy the codes of the tokens that it ended, erased or used up. For the
 * callers who are gone, too. */
void codes_end(struct service_worker *worker, const struct submission *submission);

/* Enter that the code of a token was destroyed: the entry says by whom or what. */
void code_enter_destroyed(struct service_worker *worker, const struct token *token,
                          struct audit_entry *entry);

#endif
