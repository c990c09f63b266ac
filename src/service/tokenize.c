#include "service/tokenize.h"

#include "base/must.h"
#include "service/card_index.h"

static enum err pan_fingerprint(const struct caller *caller, const struct pan *pan,
                                uint8_t ret_fingerprint[FINGERPRINT_SIZE])
{
    uint8_t hash[MAC_SIZE];
    uint32_t key;
    struct mac *mac;

    TRY(keyring_current(caller->worker->keyring, KEY_FINGERPRINT, caller->principal->tenant, &key));
    TRY(key_mac_begin(caller->worker->keys, key, &mac));
    mac_add(mac, bytes_of(pan->digits, pan->count));
    mac_end(mac, hash);
    memcpy(ret_fingerprint, hash, FINGERPRINT_SIZE);
    return OK;
}

enum err tokenize_propose(const struct caller *caller, struct card_request *request,
                          struct proposal *ret_proposal)
{
    struct service_worker *worker = caller->worker;
    struct record_place place = { .tenant = caller->principal->tenant };
    struct record_draft draft = { .place = &place,
                                  .header = { .format = request->format,
                                              .single = request->single,
                                              .created_ms = vault_now_ms(worker->vault),
                                              .expires_at_ms = request->expires_at_ms },
                                  .card = &request->card,
                                  .about = &request->about };
    const struct pan *pan = &request->card.pan;

    if (request->draws++ >= REDRAWS_MAX)
        return ERR_FORMAT_EXHAUSTED;
    ret_proposal->kind = PROPOSE_STORE;
    ret_proposal->tenant = place.tenant;
    ret_proposal->single = request->single;
    TRY(token_draw(request->format, pan, key_user_random(worker->keys), &place.token));
    if (!request->single)
        TRY(card_index(caller, pan, request->format, draft.header.index));
    TRY(pan_fingerprint(caller, pan, request->about.fingerprint));
    ret_proposal->token = place.token;
    memcpy(ret_proposal->index, draft.header.index, sizeof(ret_proposal->index));
    caller_entry(caller, AUDIT_TOKENIZE, &ret_proposal->entry);
    if (request->single)
        memcpy(ret_proposal->entry.detail, AUDIT_SINGLE, sizeof(AUDIT_SINGLE));
    TRY(proposal_set_customer(caller, &request->about, ret_proposal));
    return record_seal(worker->keys, &draft, &ret_proposal->record);
}

enum err tokenize_finish(const struct caller *caller, const struct proposal *proposal,
                         struct view *ret_view)
{
    struct record_place place = { proposal->tenant, proposal->token };

    TRY(proposal->err);
    must(proposal->decision == DECIDED_NEW || proposal->decision == DECIDED_KNOWN);
    ret_view->is_new = proposal->decision == DECIDED_NEW;
    ret_view->is_full = ret_view->is_new || principal_may(caller->principal, RIGHT_INSPECT);
    ret_view->receipt = proposal->number;
    return view_open(caller->worker, &place, record_bytes(&proposal->record), ret_view);
}
