/*
 * What there is about a token, without its PAN: opens the about part only, waits for nothing.
 */
#ifndef PANGATE_SERVICE_INSPECT_H
#define PANGATE_SERVICE_INSPECT_H

#include "service/caller.h"
#include "service/view.h"

/* Enters itself. ERR_NO_TOKEN. */
enum err inspect(const struct caller *caller, const struct token *token, struct view *ret_view);

#endif
