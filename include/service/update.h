/*
 * Change what surrounds a card (RFC 7396 merge patch) and erase it.
 */
#ifndef PANGATE_SERVICE_UPDATE_H
#define PANGATE_SERVICE_UPDATE_H

#include "service/card_request.h"
#include "service/view.h"

enum patch { PATCH_KEEP, PATCH_DELETE, PATCH_SET };

enum { METADATA_CHANGES_MAX = 64 };

struct metadata_change {
    enum patch patch;
    struct bytes name, value;
};

/* What the caller wants changed. Lent from the request body. SECRET. */
struct update_request {
    enum patch exp_month_patch, exp_year_patch, expires_at_patch, customer_patch;
    int64_t exp_month, exp_year;
    struct bytes expires_at, customer;
    enum patch metadata_patch; /* of the whole; PATCH_SET: merge the changes */
    size_t metadata_count;
    struct metadata_change metadata[METADATA_CHANGES_MAX];
    uint32_t tries; /* so far */
};

/* Judge the values, whatever they will be merged with. */
void update_request_check(const struct update_request *request, int64_t now_ms,
                          struct blame *blame);

/* Read the record there is, apply the changes, seal the result. To be called again when the
 * proposal came back as stale; ERR_OVERLOADED after RETRIES_MAX of them. What is wrong with the
 * result of the merge is noted, too. */
enum err update_propose(const struct caller *caller, struct update_request *request,
                        struct proposal *proposal, struct blame *blame);

/* The record as it is now. */
enum err update_finish(struct service_worker *worker, const struct proposal *proposal,
                       struct view *ret_view);

void erase_propose(const struct caller *caller, const struct token *token,
                   struct proposal *ret_proposal);

/* It is gone, whatever its record held. */
enum err erase_finish(const struct caller *caller, const struct proposal *proposal);

#endif
