#include "service/reveal.h"

#include "base/must.h"
#include "service/canary.h"

void reveal_propose(const struct caller *caller, const struct token *token, struct bytes purpose,
                    struct proposal *ret_proposal)
{
    ret_proposal->kind = PROPOSE_REVEAL;
    ret_proposal->tenant = caller->principal->tenant;
    ret_proposal->token = *token;
    caller_entry(caller, AUDIT_DETOKENIZE, &ret_proposal->entry);
    must(
        bytes_copy_text(purpose, ret_proposal->entry.purpose, sizeof(ret_proposal->entry.purpose)));
}

enum err reveal_finish(const struct caller *caller, const struct proposal *proposal,
                       struct card *ret_card)
{
    struct service_worker *worker = caller->worker;
    struct record_place place = { proposal->tenant, proposal->token };
    struct bytes record = record_bytes(&proposal->record);
    struct view view AUTO(view_wipe) = { 0 };

    TRY(proposal->err);
    TRY(view_open(worker, &place, record, &view)); /* proves the header, too */
    canary_look(caller, &view);
    TRY(record_open_card(worker->keys, &place, record, ret_card));
    ret_card->expiry = view.record.about.expiry;
    return OK;
}
