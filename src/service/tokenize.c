#include "service/tokenize.h"

#include "base/must.h"

static enum err begin_mac(const struct caller *caller, enum key_use use, struct mac **ret_mac)
{
    uint32_t key;

    TRY(keyring_current(caller->worker->keyring, use, caller->principal->tenant, &key));
    return key_mac_begin(caller->worker->keys, key, ret_mac);
}

/* What finds a card's token: one card, one tenant, one format. */
static enum err pan_index(const struct caller *caller, const struct pan *pan,
                          enum token_format format, uint8_t ret_index[MAC_SIZE])
{
    uint8_t prefix = (uint8_t)format;
    struct mac *mac;

    TRY(begin_mac(caller, KEY_INDEX, &mac));
    mac_add(mac, bytes_of(&prefix, sizeof(prefix)));
    mac_add(mac, bytes_of(pan->digits, pan->count));
    mac_end(mac, ret_index);
    return OK;
}

static enum err pan_fingerprint(const struct caller *caller, const struct pan *pan,
                                uint8_t ret_fingerprint[FINGERPRINT_SIZE])
{
    uint8_t hash[MAC_SIZE];
    struct mac *mac;

    TRY(begin_mac(caller, KEY_FINGERPRINT, &mac));
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
        TRY(pan_index(caller, pan, request->format, draft.header.index));
    TRY(pan_fingerprint(caller, pan, request->about.fingerprint));
    ret_proposal->token = place.token;
    memcpy(ret_proposal->index, draft.header.index, sizeof(ret_proposal->index));
    caller_entry(caller, AUDIT_TOKENIZE, &ret_proposal->entry);
    TRY(proposal_set_customer(caller, &request->about, ret_proposal));
    return record_seal(worker->keys, &draft, &ret_proposal->record);
}

enum err tokenize_finish(const struct caller *caller, const struct proposal *proposal,
                         struct view *ret_view)
{
    struct record_place place = { proposal->tenant, proposal->token };

    TRY(proposal->err);
    must(proposal->decision == DECIDED_NEW || proposal->decision == DECIDED_KNOWN);
    ret_view->says_new = true;
    ret_view->is_new = proposal->decision == DECIDED_NEW;
    ret_view->is_full = ret_view->is_new || principal_may(caller->principal, RIGHT_INSPECT);
    ret_view->receipt = proposal->number;
    return view_open(caller->worker, &place, record_bytes(&proposal->record), ret_view);
}

static enum err lookup_find(struct service_worker *worker, uint32_t tenant,
                            const uint8_t index[MAC_SIZE], struct view *ret_view)
{
    struct record_place place = { .tenant = tenant };
    struct vault_row row;

    TRY(vault_find_index(worker->reader, tenant, index, &row));
    place.token = row.token;
    ret_view->receipt = row.made;
    return view_open(worker, &place, record_bytes(&row.record), ret_view);
}

enum err lookup(const struct caller *caller, const struct pan *pan, enum token_format format,
                struct view *ret_view)
{
    struct service_worker *worker = caller->worker;
    struct audit_entry entry;
    uint8_t index[MAC_SIZE];
    enum err err;

    TRY(pan_index(caller, pan, format, index));
    err = lookup_find(worker, caller->principal->tenant, index, ret_view);
    if (err != OK && err != ERR_NO_TOKEN)
        return err;
    ret_view->is_full = principal_may(caller->principal, RIGHT_INSPECT);
    caller_entry(caller, AUDIT_LOOKUP, &entry);
    entry.status = (uint16_t)err_http(err);
    if (err == OK)
        memcpy(entry.token, ret_view->token.text, sizeof(ret_view->token.text));
    TRY(vault_note(worker->vault, &entry));
    return err;
}
