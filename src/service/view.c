#include "service/view.h"

#include "base/secret.h"

void view_wipe(struct view *view)
{
    wipe(view, sizeof(*view));
}

static void enter_alarm(struct service_worker *worker, const struct record_place *place)
{
    struct audit_entry entry = { .kind = AUDIT_ALARM,
                                 .outcome = AUDIT_FAILED,
                                 .code = "vault_damaged" };

    memcpy(entry.token, place->token.text, sizeof(place->token.text));
    err_ignore(vault_note(worker->vault, &entry));
}

enum err view_open(struct service_worker *worker, const struct record_place *place,
                   struct bytes record, struct view *ret_view)
{
    enum err err = record_open_about(worker->keys, place, record, &ret_view->record);

    if (err == ERR_VAULT_DAMAGED)
        enter_alarm(worker, place);
    ret_view->token = place->token;
    return err;
}
