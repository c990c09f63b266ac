#include "service/lookup.h"

#include "base/secret.h"
#include "service/card_index.h"
#include "service/card_request.h"

void lookup_request_wipe(struct lookup_request *request)
{
    wipe(request, sizeof(*request));
}

/* One that is no card number has no length that a format could be wrong for. */
static enum err read_format(struct bytes format, struct lookup_request *request)
{
    TRY(format_read(format, &request->format));
    return request->pan.count == 0
               ? OK
               : token_format_allows(request->format, request->pan.count, false);
}

void lookup_request_read(struct bytes number, struct bytes format,
                         struct lookup_request *ret_request, struct blame *blame)
{
    blame_note(blame, pan_parse(number, &ret_request->pan), "card.number");
    blame_note(blame, read_format(format, ret_request), "format");
}

static enum err find(struct service_worker *worker, uint32_t tenant, const uint8_t index[MAC_SIZE],
                     struct view *ret_view)
{
    struct record_place place = { .tenant = tenant };
    struct vault_row row;

    TRY(vault_find_index(worker->reader, tenant, index, &row));
    place.token = row.token;
    ret_view->receipt = row.made;
    return view_open(worker, &place, record_bytes(&row.record), ret_view);
}

enum err lookup_find(const struct caller *caller, const struct lookup_request *request,
                     struct view *ret_view)
{
    struct service_worker *worker = caller->worker;
    struct audit_entry entry;
    uint8_t index[MAC_SIZE];
    enum err err;

    TRY(card_index(caller, &request->pan, request->format, index));
    err = find(worker, caller->principal->tenant, index, ret_view);
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

enum err lookup_propose(const struct caller *caller, const struct lookup_request *request,
                        struct proposal *ret_proposal)
{
    ret_proposal->kind = PROPOSE_LOOKUP;
    ret_proposal->tenant = caller->principal->tenant;
    caller_entry(caller, AUDIT_LOOKUP, &ret_proposal->entry);
    return card_index(caller, &request->pan, request->format, ret_proposal->index);
}
