#include "service/card_request.h"

#include "base/instant.h"
#include "base/must.h"
#include "base/secret.h"
#include "service/text.h"

void card_request_wipe(struct card_request *request)
{
    wipe(request, sizeof(*request));
}

enum err format_read(struct bytes name, enum token_format *ret_format)
{
    if (name.data == NULL) {
        *ret_format = TOKEN_DIGITS_LAST4;
        return OK;
    }
    TRY(text_check(name, SIZE_MAX));
    return token_format_parse(name, ret_format);
}

enum err expiry_read(const struct card_fields *fields, struct expiry *ret_expiry,
                     const char **ret_field)
{
    *ret_expiry = (struct expiry){ 0 };
    if (!fields->has_exp_month && !fields->has_exp_year)
        return OK;
    *ret_field = fields->has_exp_month ? "card.exp_year" : "card.exp_month";
    if (!fields->has_exp_month || !fields->has_exp_year)
        return ERR_BAD_REQUEST;
    *ret_field =
        fields->exp_month < 1 || fields->exp_month > 12 ? "card.exp_month" : "card.exp_year";
    return expiry_make(fields->exp_month, fields->exp_year, ret_expiry);
}

enum err expires_at_read(struct bytes text, int64_t now_ms, int64_t *ret_ms)
{
    int64_t ms;

    *ret_ms = 0;
    if (text.data == NULL)
        return OK;
    TRY(text_check(text, SIZE_MAX));
    TRY(instant_read(text, &ms));
    if (ms <= now_ms)
        return ERR_BAD_EXPIRY;
    *ret_ms = ms;
    return OK;
}

static enum err read_reuse(struct bytes text, bool *ret_single)
{
    *ret_single = false;
    if (text.data == NULL || bytes_equal(text, bytes_lit("multi")))
        return OK;
    TRY(text_check(text, SIZE_MAX));
    if (!bytes_equal(text, bytes_lit("single")))
        return ERR_BAD_REQUEST;
    *ret_single = true;
    return OK;
}

static enum err read_customer(struct bytes text, struct about *about)
{
    if (text.data == NULL)
        return OK;
    TRY(text_check(text, CUSTOMER_TEXT_MAX));
    about->has_customer = true;
    must(bytes_copy_text(text, about->customer, sizeof(about->customer)));
    return OK;
}

static enum err read_name(struct bytes text, struct card *card)
{
    if (text.data == NULL)
        return OK;
    TRY(text_check(text, NAME_TEXT_MAX));
    return card_set_name(card, text);
}

static enum err read_metadata(const struct card_fields *fields, struct about *about)
{
    if (!fields->has_metadata)
        return OK;
    TRY(fields->metadata_err);
    TRY(metadata_check(&fields->metadata));
    about->has_metadata = true;
    about->metadata_size = (uint16_t)fields->metadata.size;
    if (fields->metadata.size > 0)
        memcpy(about->metadata, fields->metadata.data, fields->metadata.size);
    return OK;
}

void card_request_describe(struct card_request *request)
{
    request->about.brand = brand_of(&request->card.pan);
    request->about.length = request->card.pan.count;
    pan_first(&request->card.pan, 6, request->about.first6);
    pan_last(&request->card.pan, 4, request->about.last4);
}

static enum err read_number(struct bytes text, struct card_request *request)
{
    TRY(pan_parse(text, &request->card.pan));
    card_request_describe(request);
    return OK;
}

/* One that is no card number has no length that a format could be too small for. */
static enum err read_format(const struct card_fields *fields, struct card_request *request)
{
    TRY(format_read(fields->format, &request->format));
    if (request->card.pan.count == 0)
        return OK;
    return token_format_allows(request->format, request->card.pan.count, request->single);
}

static enum err read_cvc(struct bytes text, struct card_request *request)
{
    return text.data == NULL ? OK : cvc_parse(text, &request->code.cvc);
}

/* A token that is bound to no route at all would be of no use. */
static enum err read_routes(const struct card_fields *fields, struct about *about)
{
    if (!fields->has_routes)
        return OK;
    TRY(fields->routes_err);
    if (fields->routes.size == 0)
        return ERR_BAD_REQUEST;
    about->routes_size = (uint16_t)fields->routes.size;
    memcpy(about->routes, fields->routes.data, fields->routes.size);
    return OK;
}

void card_request_read(const struct card_fields *fields, int64_t now_ms,
                       struct card_request *ret_request, struct blame *blame)
{
    struct card_request *request = ret_request;
    const char *half = NULL;
    enum err err;

    blame_note(blame, read_reuse(fields->reuse, &request->single), "reuse");
    blame_note(blame, read_name(fields->name, &request->card), "card.name");
    blame_note(blame, read_customer(fields->customer, &request->about), "customer");
    blame_note(blame, read_metadata(fields, &request->about), "metadata");
    err = expiry_read(fields, &request->about.expiry, &half);
    blame_note(blame, err, half);
    blame_note(blame, read_number(fields->number, request), "card.number");
    err = expires_at_read(fields->expires_at, now_ms, &request->expires_at_ms);
    blame_note(blame, err, "expires_at");
    blame_note(blame, read_format(fields, request), "format");
    blame_note(blame, read_cvc(fields->cvc, request), "card.cvc");
    blame_note(blame, read_routes(fields, &request->about), "routes");
    request->card.expiry = request->about.expiry;
}
