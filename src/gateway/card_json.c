#include "gateway/card_json.h"

#include "base/encode.h"
#include "base/instant.h"
#include "base/secret.h"
#include "service/text.h"

static void take_metadata(struct json_reader *body, struct card_fields *fields)
{
    struct json_reader metadata;
    struct json_pair pair;

    fields->has_metadata = json_take_object(body, "metadata", &metadata);
    while (fields->has_metadata && json_next_pair(&metadata, &pair)) {
        enum err err =
            pair.is_null ? ERR_BAD_REQUEST : metadata_put(&fields->metadata, pair.name, pair.text);
        if (err == ERR_PAN_IN_TEXT || fields->metadata_err == OK)
            fields->metadata_err = err;
    }
}

static void take_routes(struct json_reader *body, struct card_fields *fields)
{
    const struct json_node *node;
    struct json_items items;

    buf_init_fixed(&fields->routes, fields->routes_storage, sizeof(fields->routes_storage));
    fields->has_routes = json_take_items(body, "routes", &items);
    for (node = json_items_next(&items); node != NULL; node = json_items_next(&items)) {
        struct bytes name;
        enum err err =
            json_node_text(node, &name) ? routes_put(&fields->routes, name) : ERR_BAD_REQUEST;
        if (fields->routes_err == OK)
            fields->routes_err = err;
    }
}

void card_fields_take(struct json_reader *body, struct card_fields *ret_fields)
{
    struct card_fields *fields = ret_fields;
    struct json_reader card;

    *fields = (struct card_fields){ 0 };
    buf_init(&fields->metadata, METADATA_SIZE_MAX);
    json_need_object(body, "card", &card);
    json_need_text(&card, "number", &fields->number);
    fields->has_exp_month = json_take_integer(&card, "exp_month", &fields->exp_month);
    fields->has_exp_year = json_take_integer(&card, "exp_year", &fields->exp_year);
    (void)json_take_text(&card, "name", &fields->name);
    (void)json_take_text(&card, "cvc", &fields->cvc);
    err_ignore(json_reader_end(&card));
    (void)json_take_text(body, "format", &fields->format);
    (void)json_take_text(body, "reuse", &fields->reuse);
    take_routes(body, fields);
    (void)json_take_text(body, "expires_at", &fields->expires_at);
    (void)json_take_text(body, "customer", &fields->customer);
    take_metadata(body, fields);
    err_ignore(json_reader_end(body));
}

void card_fields_done(struct card_fields *fields)
{
    buf_done(&fields->metadata);
    wipe(fields, sizeof(*fields));
}

static enum patch take_patch_text(struct json_reader *body, const char *name,
                                  struct bytes *ret_text)
{
    if (json_take_null(body, name))
        return PATCH_DELETE;
    return json_take_text(body, name, ret_text) ? PATCH_SET : PATCH_KEEP;
}

static enum patch take_patch_integer(struct json_reader *body, const char *name, int64_t *ret_value)
{
    if (json_take_null(body, name))
        return PATCH_DELETE;
    return json_take_integer(body, name, ret_value) ? PATCH_SET : PATCH_KEEP;
}

static void take_metadata_changes(struct json_reader *body, struct update_request *request)
{
    struct json_reader metadata;
    struct json_pair pair;

    if (json_take_null(body, "metadata"))
        request->metadata_patch = PATCH_DELETE;
    else if (json_take_object(body, "metadata", &metadata))
        request->metadata_patch = PATCH_SET;
    if (request->metadata_patch != PATCH_SET)
        return;
    while (json_next_pair(&metadata, &pair)) {
        if (request->metadata_count == METADATA_CHANGES_MAX) {
            json_reader_fail(&metadata, ERR_BAD_REQUEST, NULL);
            return;
        }
        request->metadata[request->metadata_count++] = (struct metadata_change){
            .patch = pair.is_null ? PATCH_DELETE : PATCH_SET, .name = pair.name, .value = pair.text
        };
    }
}

static void take_card_changes(struct json_reader *body, struct update_request *request)
{
    struct json_reader card;

    if (json_take_null(body, "card")) {
        request->exp_month_patch = request->exp_year_patch = PATCH_DELETE;
        return;
    }
    if (!json_take_object(body, "card", &card))
        return;
    request->exp_month_patch = take_patch_integer(&card, "exp_month", &request->exp_month);
    request->exp_year_patch = take_patch_integer(&card, "exp_year", &request->exp_year);
    err_ignore(json_reader_end(&card));
}

void update_request_take(struct json_reader *body, struct update_request *ret_request)
{
    *ret_request = (struct update_request){ 0 };
    take_card_changes(body, ret_request);
    ret_request->expires_at_patch = take_patch_text(body, "expires_at", &ret_request->expires_at);
    ret_request->customer_patch = take_patch_text(body, "customer", &ret_request->customer);
    take_metadata_changes(body, ret_request);
    err_ignore(json_reader_end(body));
}

static void write_instant(struct json_writer *json, const char *name, int64_t ms)
{
    char text[INSTANT_TEXT_SIZE];

    instant_write(ms, text);
    json_str(json, name, text);
}

static void write_expiry(struct json_writer *json, struct expiry expiry)
{
    if (!expiry_is_known(expiry))
        return;
    json_number(json, "exp_month", expiry.month);
    json_number(json, "exp_year", expiry.year);
}

static void write_fingerprint(struct json_writer *json, const struct about *about)
{
    uint8_t storage[64];
    struct buf text;

    buf_init_fixed(&text, storage, sizeof(storage));
    buf_add_str(&text, "fp_");
    encode_base64url(bytes_of(about->fingerprint, sizeof(about->fingerprint)), &text);
    json_text(json, "fingerprint", buf_bytes(&text));
}

static void write_shown_card(struct json_writer *json, const struct about *about)
{
    json_open(json, "card", '{');
    json_str(json, "brand", brand_name(about->brand));
    json_str(json, "first6", about->first6);
    json_str(json, "last4", about->last4);
    json_number(json, "length", about->length);
    write_expiry(json, about->expiry);
    write_fingerprint(json, about);
    json_close(json, '}');
}

static void write_metadata(struct json_writer *json, const struct about *about)
{
    struct bytes rest = bytes_of(about->metadata, about->metadata_size), name, value;

    json_open(json, "metadata", '{');
    while (metadata_next(&rest, &name, &value))
        json_text_named(json, name, value);
    json_close(json, '}');
}

static void write_routes(struct json_writer *json, const struct about *about)
{
    struct bytes rest = bytes_of(about->routes, about->routes_size), name;

    json_open(json, "routes", '[');
    while (routes_next(&rest, &name))
        json_text(json, NULL, name);
    json_close(json, ']');
}

void view_write(struct json_writer *json, const struct view *view)
{
    json_text(json, "token", token_bytes(&view->token));
    json_str(json, "format", token_format_name(view->record.header.format));
    json_str(json, "reuse", view->record.header.single ? "single" : "multi");
    if (view->says_new)
        json_bool(json, "new", view->is_new);
    write_shown_card(json, &view->record.about);
    if (view->is_full && view->record.about.has_customer)
        json_str(json, "customer", view->record.about.customer);
    if (view->is_full && view->record.about.has_metadata)
        write_metadata(json, &view->record.about);
    if (view->record.about.routes_size > 0)
        write_routes(json, &view->record.about);
    write_instant(json, "created_at", view->record.header.created_ms);
    if (view->record.header.expires_at_ms != 0)
        write_instant(json, "expires_at", view->record.header.expires_at_ms);
    json_decimal_string(json, "receipt", view->receipt);
}

void card_write(struct json_writer *json, const struct token *token, const struct card *card)
{
    uint8_t digits[PAN_DIGITS_MAX];
    struct buf number AUTO(buf_done) = { 0 };

    buf_init_fixed(&number, digits, sizeof(digits));
    pan_write_ascii(&card->pan, &number);
    json_text(json, "token", token_bytes(token));
    json_open(json, "card", '{');
    json_text(json, "number", buf_bytes(&number));
    write_expiry(json, card->expiry);
    if (card->name_size > 0)
        json_text(json, "name", card_name(card));
    json_close(json, '}');
}
