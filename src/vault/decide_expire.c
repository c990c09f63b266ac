#include "vault/decide.h"

enum err decide_expire(struct ledger *ledger, const struct record_place *place, const char *tenant)
{
    struct audit_entry entry = { .kind = AUDIT_EXPIRE, .outcome = AUDIT_OK };
    struct holding holding;
    uint64_t number;
    enum err err = holding_find_any(ledger, place, &holding);

    if (err == ERR_NO_TOKEN)
        return OK;
    TRY(err);
    if (!ledger_is_over(ledger, holding.header.expires_at_ms))
        return OK;
    TRY(holding_end(ledger, &holding));
    (void)bytes_copy_text(token_bytes(&place->token), entry.token, sizeof(entry.token));
    (void)bytes_copy_text(bytes_str(tenant), entry.tenant, sizeof(entry.tenant));
    return ledger_enter(ledger, &entry, &number);
}
