/*
 * What may be shown of a token: never the PAN.
 */
#ifndef PANGATE_SERVICE_VIEW_H
#define PANGATE_SERVICE_VIEW_H

#include "service/worker.h"

struct view {
    struct token token;
    struct record_opened record;
    uint64_t receipt;
    bool says_new; /* tokenize's answer says whether the token is new, the others do not */
    bool is_new;
    bool is_full; /* customer and metadata may be shown */
};

void view_wipe(struct view *view);

/* Open a record's about part for showing. ERR_VAULT_DAMAGED enters an alarm, too. */
enum err view_open(struct service_worker *worker, const struct record_place *place,
                   struct bytes record, struct view *ret_view);

#endif
