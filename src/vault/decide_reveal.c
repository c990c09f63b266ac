#include "vault/decide.h"

/* A single-use token is used up by its first reveal. With an idempotency key its record is kept,
 * so that the answer can be given again. */
static enum err use_up(struct ledger *ledger, const struct idempotency *idempotency,
                       const struct holding *holding)
{
    if (!holding->header.single)
        return OK;
    if (!idempotency->used)
        return holding_end(ledger, holding);
    return holding_use(ledger, holding, ledger->now_ms + idempotency->keep_ms);
}

enum err decide_reveal(struct ledger *ledger, const struct idempotency *idempotency,
                       struct proposal *proposal)
{
    struct record_place place = proposal_place(proposal);
    struct holding holding;
    enum err err = holding_find(ledger, &place, &holding);

    if (err == ERR_NO_TOKEN) {
        proposal_refuse(proposal, ERR_NO_TOKEN);
        return OK;
    }
    if (err == ERR_VAULT_DAMAGED) {
        proposal_alarm(proposal, "a record cannot be read");
        return OK;
    }
    TRY(err);
    TRY(use_up(ledger, idempotency, &holding));
    holding_lend(&holding, &proposal->record);
    proposal_accept(proposal, DECIDED_DONE, 200);
    return OK;
}

enum err decide_reveal_again(struct ledger *ledger, struct proposal *proposal)
{
    struct record_place place = proposal_place(proposal);
    struct holding holding;
    enum err err = holding_find(ledger, &place, &holding);

    if (err == ERR_NO_TOKEN) {
        err = holding_find_used(ledger, &place, &holding);
        if (err == OK &&
            (holding.used_by != proposal->number || !holding_is_kept(ledger, &holding)))
            err = ERR_NO_TOKEN; /* somebody else's use, or an old one */
    }
    if (err == OK)
        holding_lend(&holding, &proposal->record);
    return err;
}
