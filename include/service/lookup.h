/*
 * Is there a token of this card already? Creates nothing.
 */
#ifndef PANGATE_SERVICE_LOOKUP_H
#define PANGATE_SERVICE_LOOKUP_H

#include "card/pan.h"
#include "card/token_format.h"
#include "service/blame.h"
#include "service/caller.h"
#include "service/view.h"

/* SECRET: AUTO(lookup_request_wipe). */
struct lookup_request {
    struct pan pan;
    enum token_format format;
};

void lookup_request_wipe(struct lookup_request *request);

/* Judge the values; format.data == NULL: the default. Of use only if there is nothing to blame. */
void lookup_request_read(struct bytes number, struct bytes format,
                         struct lookup_request *ret_request, struct blame *blame);

/* The multi token of this card and format. Waits for nothing, enters itself. ERR_NO_TOKEN. */
enum err lookup_find(const struct caller *caller, const struct lookup_request *request,
                     struct view *ret_view);

/* The same question to the vault, whose answer can be kept; tokenize_finish() shows it. */
enum err lookup_propose(const struct caller *caller, const struct lookup_request *request,
                        struct proposal *ret_proposal);

#endif
