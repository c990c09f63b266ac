#include "vault/decide.h"

static enum err change(struct ledger *ledger, struct proposal *proposal,
                       const struct holding *holding)
{
    struct holding changed;

    changed.place = holding->place;
    TRY(record_read_header(record_bytes(&proposal->record), &changed.header));
    changed.row = (struct token_row){ .made = holding->row.made,
                                      .has_customer = proposal->entry.has_customer,
                                      .record = record_bytes(&proposal->record) };
    memcpy(changed.row.customer_tag, proposal->customer_tag, sizeof(changed.row.customer_tag));
    holding_change(ledger, holding, &changed);
    proposal_accept(proposal, DECIDED_DONE, 200);
    proposal->entry.has_record = true;
    hash_of(ledger->hash, changed.row.record, proposal->entry.record_sha256);
    return OK;
}

enum err decide_change(struct ledger *ledger, struct proposal *proposal)
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
    if (holding.header.version != proposal->version_expected) {
        proposal->decision = DECIDED_STALE;
        return OK;
    }
    return change(ledger, proposal, &holding);
}
