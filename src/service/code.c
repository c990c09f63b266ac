#include "service/code.h"

#include "base/clock.h"

enum err code_reserve(const struct caller *caller, struct code *code)
{
    if (code->cvc.count == 0 || code->has_room)
        return OK;
    if (caller->worker->cvcs == NULL)
        return ERR_OVERLOADED;
    TRY(cvc_box_reserve(caller->worker->cvcs, caller->principal->tenant));
    code->has_room = true;
    return OK;
}

void code_enter_destroyed(struct service_worker *worker, const struct token *token,
                          struct audit_entry *entry)
{
    memcpy(entry->token, token->text, sizeof(token->text));
    memcpy(entry->detail, AUDIT_CODE_DESTROYED, sizeof(AUDIT_CODE_DESTROYED));
    err_ignore(vault_note(worker->vault, entry));
}

/* Who and from where are those of the entry that ended the token. */
static void end_code(struct service_worker *worker, const struct record_place *place,
                     const struct audit_entry *by)
{
    struct audit_entry entry = { .kind = AUDIT_ERASE, .outcome = AUDIT_OK };
    struct vault_row row;

    if (!cvc_box_has(worker->cvcs, place) ||
        vault_find(worker->reader, place, &row) != ERR_NO_TOKEN ||
        !cvc_box_destroy(worker->cvcs, place))
        return;
    memcpy(entry.client, by->client, sizeof(entry.client));
    memcpy(entry.tenant, by->tenant, sizeof(entry.tenant));
    memcpy(entry.address, by->address, sizeof(entry.address));
    memcpy(entry.route, by->route, sizeof(entry.route));
    memcpy(entry.request_id, by->request_id, sizeof(entry.request_id));
    code_enter_destroyed(worker, &place->token, &entry);
}

/* What ended the token is published before its outcome is posted. So either it is seen here, or its
 * own outcome comes after this and finds the code. */
void code_keep(const struct caller *caller, const struct proposal *proposal, struct code *code)
{
    struct record_place place = { proposal->tenant, proposal->token };

    if (!code->has_room)
        return;
    cvc_box_put(caller->worker->cvcs, &place, &code->cvc, clock_mono_ms());
    code->has_room = false;
    end_code(caller->worker, &place, &proposal->entry);
}

void code_let_go(const struct caller *caller, struct code *code)
{
    if (code->has_room)
        cvc_box_give_back(caller->worker->cvcs, caller->principal->tenant);
    code->has_room = false;
    cvc_wipe(&code->cvc);
}

/* A forward's outcome names all of its tokens, in its entry. */
static void end_forwarded(struct service_worker *worker, const struct proposal *item)
{
    struct record_place place = { .tenant = item->tenant };
    const char *text = item->entry.token;

    while (token_parse(bytes_of(text, strcspn(text, " ")), &place.token) == OK) {
        end_code(worker, &place, &item->entry);
        if (text == item->entry.token)
            text = item->entry.more_tokens;
        else
            text += place.token.size + (text[place.token.size] == ' ');
    }
}

static void end_item(struct service_worker *worker, const struct proposal *item)
{
    struct record_place place = { item->tenant, item->token };

    switch (item->kind) {
    case PROPOSE_REVEAL:
    case PROPOSE_ERASE: end_code(worker, &place, &item->entry); break;
    case PROPOSE_FORWARD_OUTCOME: end_forwarded(worker, item); break;
    case PROPOSE_STORE:
    case PROPOSE_LOOKUP:
    case PROPOSE_CHANGE:
    case PROPOSE_FORWARD: /* its codes are about to be shown to the processor */
    case PROPOSE_NOTE:
    case PROPOSE_QUARANTINE:
    case PROPOSE_RELEASE: break;
    }
}

void codes_end(struct service_worker *worker, const struct submission *submission)
{
    if (worker->cvcs == NULL || submission->err != OK)
        return;
    for (size_t i = 0; i < submission->count; i++)
        end_item(worker, &submission->items[i]);
}
