#include "service/update.h"

#include "base/instant.h"
#include "base/must.h"
#include "service/customer.h"
#include "service/text.h"

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
    int64_t ms = 0;

    if (request->expires_at_patch == PATCH_KEEP)
        return OK;
    if (request->expires_at_patch == PATCH_SET) {
        TRY(text_check(request->expires_at, SIZE_MAX));
        TRY(instant_read(request->expires_at, &ms));
        if (ms <= now_ms)
            return ERR_BAD_EXPIRY;
    }
    *expires_at_ms = ms;
    return OK;
}

static enum err patch_customer(const struct update_request *request, struct about *about)
{
    if (request->customer_patch == PATCH_KEEP)
        return OK;
    if (request->customer_patch == PATCH_SET)
        TRY(text_check(request->customer, CUSTOMER_TEXT_MAX));
    about->has_customer = request->customer_patch == PATCH_SET;
    memset(about->customer, 0, sizeof(about->customer));
    if (about->has_customer)
        must(bytes_copy_text(request->customer, about->customer, sizeof(about->customer)));
    return OK;
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

    if (!request->metadata_delete && request->metadata_count == 0)
        return OK;
    buf_init(&metadata, 2 * METADATA_SIZE_MAX);
    if (!request->metadata_delete)
        buf_add(&metadata, bytes_of(about->metadata, about->metadata_size));
    TRY(merge_metadata(request, &metadata));
    about->has_metadata = !request->metadata_delete && metadata.size > 0;
    about->metadata_size = (uint16_t)metadata.size;
    if (metadata.size > 0)
        memcpy(about->metadata, metadata.data, metadata.size);
    return OK;
}

static enum err apply(struct update_request *request, int64_t now_ms, struct view *view)
{
    request->field = "customer";
    TRY(patch_customer(request, &view->record.about));
    request->field = "metadata";
    TRY(patch_metadata(request, &view->record.about));
    TRY(patch_expiry(request, &view->record.about.expiry, &request->field));
    request->field = "expires_at";
    TRY(patch_expires_at(request, now_ms, &view->record.header.expires_at_ms));
    request->field = NULL;
    return OK;
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

enum err update_propose(const struct caller *caller, const struct token *token,
                        struct update_request *request, struct proposal *ret_proposal)
{
    struct service_worker *worker = caller->worker;
    struct record_place place = { caller->principal->tenant, *token };
    struct view view AUTO(view_wipe) = { 0 };
    struct vault_row row;

    request->field = NULL;
    if (request->tries++ >= RETRIES_MAX)
        return ERR_OVERLOADED;
    TRY(vault_find(worker->reader, &place, &row));
    TRY(view_open(worker, &place, record_bytes(&row.record), &view));
    TRY(apply(request, vault_now_ms(worker->vault), &view));
    ret_proposal->tenant = place.tenant;
    ret_proposal->token = *token;
    TRY(seal_change(worker, &row, &view.record, ret_proposal));
    caller_entry(caller, AUDIT_UPDATE, &ret_proposal->entry);
    return proposal_set_customer(caller, &view.record.about, ret_proposal);
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
