#include "service/inspect.h"

#include "service/canary.h"

static enum err find(struct service_worker *worker, const struct record_place *place,
                     struct view *ret_view)
{
    struct vault_row row;

    TRY(vault_find(worker->reader, place, &row));
    ret_view->receipt = row.made;
    ret_view->is_full = true;
    return view_open(worker, place, record_bytes(&row.record), ret_view);
}

enum err inspect(const struct caller *caller, const struct token *token, struct view *ret_view)
{
    struct record_place place = { caller->principal->tenant, *token };
    struct audit_entry entry;
    enum err err = find(caller->worker, &place, ret_view);

    if (err != OK)
        return err;
    canary_look(caller, ret_view);
    caller_entry(caller, AUDIT_INSPECT, &entry);
    entry.status = 200;
    memcpy(entry.token, token->text, sizeof(token->text));
    return vault_note(caller->worker->vault, &entry);
}
