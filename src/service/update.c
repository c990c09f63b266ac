#include "service/update.h"

#include "base/must.h"
#include "service/canary.h"
#include "service/customer.h"
#include "service/text.h"

enum { YEAR_MIN = 2000 };

static enum err check_metadata(const struct update_request *request)
{
    enum err worst = OK;

    for (size_t i = 0; i < request->metadata_count; i++) {
        const struct metadata_change *change = &request->metadata[i];
        enum err err = metadata_pair_check(change->name, change->value);
        if (err == ERR_PAN_IN_TEXT)
            return err;
        if (worst == OK)
            worst = err;
    }
    return worst;
}

static enum err check_customer(const struct update_request *request)
{
    return request->customer_patch == PATCH_SET ? text_check(request->customer, CUSTOMER_TEXT_MAX)
                                                : OK;
}

void update_request_check(const struct update_request *request, int64_t now_ms, struct blame *blame)
{
    struct expiry expiry;
    int64_t ms;

    blame_note(blame, check_customer(request), "customer");
    blame_note(blame, check_metadata(request), "metadata");
    if (request->exp_month_patch == PATCH_SET)
        blame_note(blame, expiry_make(request->exp_month, YEAR_MIN, &expiry), "card.exp_month");
    if (request->exp_year_patch == PATCH_SET)
        blame_note(blame, expiry_make(1, request->exp_year, &expiry), "card.exp_year");
    if (request->expires_at_patch == PATCH_SET)
        blame_note(blame, expires_at_read(request->expires_at, now_ms, &ms), "expires_at");
}

static enum err patch_expiry(const struct update_request *request, struct expiry *expiry,
                             const char **ret_field)
{
    struct card_fields merged = { .exp_month = expiry->month, .exp_year = expiry->year };
    bool had = expiry->month != 0;

    if (request->exp_month_patch == PATCH_SET)
        merged.exp_month = request->exp_month;
    if (request->exp_year_patch == PATCH_SET)
        merged.exp_year = request->exp_year;
    merged.has_exp_month =
        request->exp_month_patch == PATCH_KEEP ? had : request->exp_month_patch == PATCH_SET;
    merged.has_exp_year =
        request->exp_year_patch == PATCH_KEEP ? had : request->exp_year_patch == PATCH_SET;
    return expiry_read(&merged, expiry, ret_field);
}

static enum err patch_expires_at(const struct update_request *request, int64_t now_ms,
                                 int64_t *expires_at_ms)
{
    if (request->expires_at_patch == PATCH_DELETE)
        *expires_at_ms = 0;
    if (request->expires_at_patch == PATCH_SET)
        TRY(expires_at_read(request->expires_at, now_ms, expires_at_ms));
    return OK;
}

static void patch_customer(const struct update_request *request, struct about *about)
{
    if (request->customer_patch == PATCH_KEEP)
        return;
    about->has_customer = request->customer_patch == PATCH_SET;
    memset(about->customer, 0, sizeof(about->customer));
    if (about->has_customer)
        must(bytes_copy_text(request->customer, about->customer, sizeof(about->customer)));
}

static enum err merge_metadata(const struct update_request *request, struct buf *metadata)
{
    for (size_t i = 0; i < request->metadata_count; i++) {
        const struct metadata_change *change = &request->metadata[i];
        if (change->patch == PATCH_DELETE)
            TRY(metadata_drop(metadata, change->name));
        else
            TRY(metadata_put(metadata, change->name, change->value));
    }
    return metadata_check(metadata);
}

static enum err patch_metadata(const struct update_request *request, struct about *about)
{
    struct buf metadata AUTO(buf_done) = { 0 };

    if (request->metadata_patch == PATCH_KEEP)
        return OK;
    buf_init(&metadata, 2 * METADATA_SIZE_MAX);
    if (request->metadata_patch == PATCH_SET)
        buf_add(&metadata, bytes_of(about->metadata, about->metadata_size));
    TRY(merge_metadata(request, &metadata));
    about->has_metadata = request->metadata_patch == PATCH_SET;
    about->metadata_size = (uint16_t)metadata.size;
    if (metadata.size > 0)
        memcpy(about->metadata, metadata.data, metadata.size);
    return OK;
}

/* The values were judged one by one: what is left to blame is what they make together. */
static enum err apply(const struct update_request *request, int64_t now_ms, struct view *view,
                      struct blame *blame)
{
    const char *half = NULL;
    enum err err;

    patch_customer(request, &view->record.about);
    blame_note(blame, patch_metadata(request, &view->record.about), "metadata");
    err = patch_expiry(request, &view->record.about.expiry, &half);
    blame_note(blame, err, half);
    err = patch_expires_at(request, now_ms, &view->record.header.expires_at_ms);
    blame_note(blame, err, "expires_at");
    return blame->err;
}

static enum err seal_change(struct service_worker *worker, const struct vault_row *row,
                            const struct record_opened *changed, struct proposal *proposal)
{
    struct record_place place = { proposal->tenant, proposal->token };
    struct record_draft draft = { .place = &place,
                                  .header = changed->header,
                                  .about = &changed->about };

    proposal->kind = PROPOSE_CHANGE;
    proposal->version_expected = changed->header.version;
    return record_change(worker->keys, record_bytes(&row->record), &draft, &proposal->record);
}

enum err update_propose(const struct caller *caller, struct update_request *request,
                        struct proposal *proposal, struct blame *blame)
{
    struct service_worker *worker = caller->worker;
    struct record_place place = { caller->principal->tenant, proposal->token };
    struct view view AUTO(view_wipe) = { 0 };
    struct vault_row row;

    if (request->tries++ >= RETRIES_MAX)
        return ERR_OVERLOADED;
    proposal->tenant = place.tenant;
    TRY(vault_find(worker->reader, &place, &row));
    TRY(view_open(worker, &place, record_bytes(&row.record), &view));
    if (request->tries == 1)
        canary_look(caller, &view);
    TRY(apply(request, vault_now_ms(worker->vault), &view, blame));
    TRY(seal_change(worker, &row, &view.record, proposal));
    caller_entry(caller, AUDIT_UPDATE, &proposal->entry);
    return proposal_set_customer(caller, &view.record.about, proposal);
}

enum err update_finish(struct service_worker *worker, const struct proposal *proposal,
                       struct view *ret_view)
{
    struct record_place place = { proposal->tenant, proposal->token };

    TRY(proposal->err);
    ret_view->is_full = true;
    ret_view->receipt = proposal->number;
    return view_open(worker, &place, record_bytes(&proposal->record), ret_view);
}

void erase_propose(const struct caller *caller, const struct token *token,
                   struct proposal *ret_proposal)
{
    ret_proposal->kind = PROPOSE_ERASE;
    ret_proposal->tenant = caller->principal->tenant;
    ret_proposal->token = *token;
    caller_entry(caller, AUDIT_ERASE, &ret_proposal->entry);
}

enum err erase_finish(const struct caller *caller, const struct proposal *proposal)
{
    struct record_place place = { proposal->tenant, proposal->token };
    struct view view AUTO(view_wipe) = { 0 };

    TRY(proposal->err);
    if (view_open(caller->worker, &place, record_bytes(&proposal->record), &view) == OK)
        canary_look(caller, &view);
    return OK;
}
