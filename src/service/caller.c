#include "service/caller.h"

#include "base/bytes.h"
#include "base/must.h"

static void copy(const char *text, char *ret_text, size_t size)
{
    must(bytes_copy_text(bytes_str(text), ret_text, size));
}

void caller_entry(const struct caller *caller, enum audit_kind kind, struct audit_entry *ret_entry)
{
    *ret_entry = (struct audit_entry){ .kind = kind, .outcome = AUDIT_OK };
    if (caller->principal != NULL) {
        copy(caller->principal->name, ret_entry->client, sizeof(ret_entry->client));
        copy(caller->principal->tenant_name, ret_entry->tenant, sizeof(ret_entry->tenant));
    }
    copy(caller->address, ret_entry->address, sizeof(ret_entry->address));
    copy(caller->request_id, ret_entry->request_id, sizeof(ret_entry->request_id));
}
