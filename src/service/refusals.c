#include "service/refusals.h"

#include <stdlib.h>

#include "base/must.h"
#include "card/token.h"

enum { ROWS_MAX = 256 };

/* One row of the running second. */
struct refusal_row {
    struct audit_entry entry; /* count included */
};

struct refusals {
    struct vault *vault;
    size_t count;
    uint64_t without_row; /* found no room in the table */
    struct refusal_row rows[ROWS_MAX];
};

enum err refusals_new(struct vault *vault, struct refusals **ret_refusals)
{
    struct refusals *refusals = calloc(1, sizeof(*refusals));

    if (refusals == NULL)
        return ERR_MEMORY;
    refusals->vault = vault;
    *ret_refusals = refusals;
    return OK;
}

void refusals_free(struct refusals *refusals)
{
    refusals_flush(refusals);
    free(refusals);
}

bool refusal_is_entered(enum err err)
{
    int status = err_http(err);

    return err == ERR_NO_TOKEN || status == 403 || status == 409 || status == 422 || status == 507;
}

static bool is_same(const struct audit_entry *a, const struct audit_entry *b)
{
    return a->kind == b->kind && strcmp(a->code, b->code) == 0 &&
           strcmp(a->client, b->client) == 0 && strcmp(a->address, b->address) == 0;
}

static void refusals_count(struct refusals *refusals, const struct audit_entry *entry)
{
    for (size_t i = 0; i < refusals->count; i++) {
        if (is_same(&refusals->rows[i].entry, entry)) {
            refusals->rows[i].entry.count++;
            return;
        }
    }
    if (refusals->count == ROWS_MAX) {
        refusals->without_row++;
        return;
    }
    refusals->rows[refusals->count].entry = *entry;
    refusals->rows[refusals->count++].entry.count = 1;
}

void refusal_say(struct audit_entry *entry, enum err err)
{
    entry->outcome = AUDIT_WAS_REFUSED;
    entry->status = (uint16_t)err_http(err);
    must(bytes_copy_text(bytes_str(err_code(err)), entry->code, sizeof(entry->code)));
}

/* What is counted says who and what, not which request. */
static void entry_aggregate(struct audit_entry *entry, enum audit_kind kind)
{
    entry->kind = kind;
    entry->request_id[0] = entry->token[0] = entry->purpose[0] = entry->route[0] = '\0';
    entry->has_customer = false;
}

void refusals_add(struct refusals *refusals, const struct audit_entry *entry, enum err err,
                  struct bytes token)
{
    struct audit_entry refused = *entry;
    struct token form;

    refusal_say(&refused, err);
    if (token.data != NULL && token_parse(token, &form) == OK)
        must(bytes_copy_text(token, refused.token, sizeof(refused.token)));
    if (refusal_is_entered(err) && vault_note(refusals->vault, &refused) == OK)
        return;
    entry_aggregate(&refused, AUDIT_REFUSED);
    refusals_count(refusals, &refused);
}

void refusals_add_handshake(struct refusals *refusals, const char *reason, const char *address)
{
    struct audit_entry entry = { .kind = AUDIT_HANDSHAKE, .outcome = AUDIT_WAS_REFUSED };

    must(bytes_copy_text(bytes_str(reason), entry.code, sizeof(entry.code)));
    must(bytes_copy_text(bytes_str(address), entry.address, sizeof(entry.address)));
    refusals_count(refusals, &entry);
}

void refusals_flush(struct refusals *refusals)
{
    struct audit_entry rest = { .kind = AUDIT_REFUSED,
                                .outcome = AUDIT_WAS_REFUSED,
                                .count = refusals->without_row };
    size_t kept = 0;

    if (refusals->without_row > 0 && vault_note(refusals->vault, &rest) == OK)
        refusals->without_row = 0;
    for (size_t i = 0; i < refusals->count; i++) {
        if (vault_note(refusals->vault, &refusals->rows[i].entry) != OK)
            refusals->rows[kept++] = refusals->rows[i];
    }
    refusals->count = kept;
}
