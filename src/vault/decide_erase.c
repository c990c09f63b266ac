#include "vault/decide.h"

/* A token that is used up is gone for its callers, but its record may still lie there for a
 * replay: who erases it wants that gone, too. */
static enum err forget_used(struct ledger *ledger, const struct record_place *place)
{
    struct holding used;
    enum err err = holding_find_used(ledger, place, &used);

    if (err != OK)
        return err == ERR_NO_TOKEN ? OK : err;
    holding_forget(ledger, &used);
    return OK;
}

enum err decide_erase(struct ledger *ledger, struct proposal *proposal)
{
    struct record_place place = proposal_place(proposal);
    struct holding holding;
    enum err err = holding_find(ledger, &place, &holding);

    if (err == ERR_NO_TOKEN) {
        TRY(forget_used(ledger, &place));
        proposal_refuse(proposal, ERR_NO_TOKEN);
        return OK;
    }
    if (err == ERR_VAULT_DAMAGED) {
        proposal_alarm(proposal, "a record cannot be read");
        return OK;
    }
    TRY(err);
    holding_lend(&holding, &proposal->record);
    TRY(holding_end(ledger, &holding));
    proposal_accept(proposal, DECIDED_DONE, 204);
    return OK;
}
