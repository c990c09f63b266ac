#include "vault/decide.h"

static void say_code(struct audit_entry *entry, enum err err)
{
    entry->status = (uint16_t)err_http(err);
    (void)bytes_copy_text(bytes_str(err_code(err)), entry->code, sizeof(entry->code));
}

/* The entry names the token that the decision was about. */
static void say_token(struct proposal *proposal)
{
    (void)bytes_copy_text(token_bytes(&proposal->token), proposal->entry.token,
                          sizeof(proposal->entry.token));
}

void proposal_accept(struct proposal *proposal, enum decision decision, uint16_t status)
{
    proposal->err = OK;
    proposal->decision = decision;
    proposal->entry.outcome = AUDIT_OK;
    proposal->entry.status = status;
    proposal->entry.code[0] = '\0';
    say_token(proposal);
}

void proposal_refuse(struct proposal *proposal, enum err err)
{
    proposal->err = err;
    proposal->decision = DECIDED_NOTHING;
    proposal->entry.outcome = AUDIT_WAS_REFUSED;
    say_code(&proposal->entry, err);
    if (proposal->kind != PROPOSE_STORE) /* a draw that nobody got is no token */
        say_token(proposal);
}

void proposal_find_nothing(struct proposal *proposal)
{
    proposal->err = ERR_NO_TOKEN;
    proposal->decision = DECIDED_NOTHING;
    proposal->entry.outcome = AUDIT_OK;
    proposal->entry.status = (uint16_t)err_http(ERR_NO_TOKEN);
}

void proposal_alarm(struct proposal *proposal, const char *detail)
{
    proposal_refuse(proposal, ERR_VAULT_DAMAGED);
    proposal->entry.kind = AUDIT_ALARM;
    proposal->entry.outcome = AUDIT_FAILED;
    (void)bytes_copy_text(bytes_str(detail), proposal->entry.detail,
                          sizeof(proposal->entry.detail));
}
