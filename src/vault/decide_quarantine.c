#include "vault/decide.h"

enum err decide_quarantine(struct ledger *ledger, struct proposal *proposal)
{
    struct row_key key = row_key_quarantine(proposal->entry.client);
    uint8_t storage[32];
    struct buf value;

    buf_init_fixed(&value, storage, sizeof(storage));
    row_write_number(ledger->next, &value);
    ledger_put(ledger, STORE_META, &key, buf_bytes(&value));
    proposal_accept(proposal, DECIDED_DONE, 0);
    return OK;
}

enum err decide_release(struct ledger *ledger, struct proposal *proposal)
{
    struct row_key key = row_key_quarantine(proposal->entry.client);
    uint8_t storage[32];
    struct buf value;
    enum err err;

    buf_init_fixed(&value, storage, sizeof(storage));
    err = ledger_get(ledger, STORE_META, &key, &value);
    if (err == ERR_NOT_FOUND) {
        proposal_refuse(proposal, ERR_NO_TOKEN);
        return OK;
    }
    TRY(err);
    ledger_del(ledger, STORE_META, &key);
    proposal_accept(proposal, DECIDED_DONE, 0);
    return OK;
}
