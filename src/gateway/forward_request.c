#include "gateway/forward_request.h"

#include "base/must.h"
#include "card/pan_find.h"
#include "relay/substitute.h"

enum { VALUES_MAX = MARKS_MAX * CARD_NAME_MAX, REQUEST_TEXT_MAX = 80 * 1024 * 1024 };

static const char masked[] = "***";

static unsigned part_of(enum mark_part part)
{
    switch (part) {
    case MARK_EXP_MONTH:
    case MARK_EXP_YEAR:
    case MARK_EXP_YY: return FORWARD_EXPIRY;
    case MARK_CVC: return FORWARD_CVC;
    case MARK_NUMBER:
    case MARK_NAME: return 0;
    case MARK_PARTS: break;
    }
    must(false);
    return 0;
}

/* The body's kind. A text without a label may be JSON that somebody forgot to name. */
static enum content body_content(const struct exchange *exchange)
{
    const struct http_fields *fields = &exchange->head.fields;
    struct bytes type = http_fields_known(fields, exchange_head(exchange), HTTP_CONTENT_TYPE);

    return type.size == 0 ? content_guess(buf_bytes(&exchange->body)) : content_of(type);
}

static enum err find_body_marks(struct forward *forward)
{
    struct bytes body = buf_bytes(&forward->exchange->body);
    enum content content = body_content(forward->exchange);

    forward->body_marks.count = 0;
    TRY(marks_find(body, content, &forward->body_marks));
    return fields_find(&forward->route->fields, body, content, &forward->body_marks);
}

static enum err note_marks(struct forward *forward, const struct marks *marks, size_t *total)
{
    *total += marks->count;
    if (*total > MARKS_MAX)
        return ERR_BAD_MARK;
    for (size_t i = 0; i < marks->count; i++) {
        const struct mark *mark = &marks->list[i];
        if (!mark->has_form)
            return ERR_NO_TOKEN;
        TRY(forward_cards_add(&forward->cards, &mark->token, part_of(mark->part)));
        if (forward->cards.count > forward->route->config->cards_max)
            return ERR_BAD_MARK;
    }
    return OK;
}

static enum err scan_text(struct forward *forward, struct bytes text, enum content content,
                          size_t *total)
{
    struct marks marks;

    marks.count = 0;
    TRY(marks_find(text, content, &marks));
    return note_marks(forward, &marks, total);
}

static bool field_goes_on(const struct forward *forward, struct bytes name)
{
    const struct exchange *exchange = forward->exchange;

    if (field_is_ours(name) ||
        http_connection_names(&exchange->head.fields, exchange_head(exchange), name))
        return false;
    return route_passes(forward->route, name) ||
           bytes_equal_nocase(name, bytes_lit("Content-Type"));
}

bool forward_request_depends_on(const struct forward *forward, const struct http_field *field)
{
    struct bytes head = exchange_head(forward->exchange);
    struct bytes name = http_span_bytes(field->name, head);
    struct bytes value = http_span_bytes(field->value, head);
    struct marks marks;

    marks.count = 0;
    if (bytes_equal_nocase(name, bytes_lit("Content-Type")))
        return true;
    if (!field_goes_on(forward, name))
        return false;
    if (forward_is_inbound(forward))
        return text_holds_pan(value);
    return marks_find(value, CONTENT_HEADER, &marks) != OK || marks.count > 0;
}

enum err forward_request_scan(struct forward *forward)
{
    const struct exchange *exchange = forward->exchange;
    const struct http_fields *fields = &exchange->head.fields;
    struct bytes head = exchange_head(exchange);
    size_t total = 0;

    TRY(find_body_marks(forward));
    TRY(note_marks(forward, &forward->body_marks, &total));
    TRY(scan_text(forward, http_span_bytes(exchange->head.query, head), CONTENT_QUERY, &total));
    for (uint8_t i = 0; i < fields->count; i++) {
        if (field_goes_on(forward, http_span_bytes(fields->at[i].name, head)))
            TRY(scan_text(forward, http_span_bytes(fields->at[i].value, head), CONTENT_HEADER,
                          &total));
    }
    return OK;
}

/* How a text is written: for the processor, or for somebody who only wants to see it. */
struct writing {
    struct forward *forward;
    bool shown;
};

/* First six, last four and the expiry are what an inspection shows: who may not inspect does not
 * learn them here. */
static bool shows_parts(const struct writing *writing)
{
    return principal_may(writing->forward->exchange->caller.principal, RIGHT_INSPECT);
}

static void mask_value(const struct forward_card *card, enum mark_part part, struct buf *values)
{
    switch (part) {
    case MARK_NUMBER:
        buf_add_str(values, card->first6);
        for (size_t i = strlen(card->first6) + strlen(card->last4); i < card->length; i++)
            buf_add_u8(values, '*');
        buf_add_str(values, card->last4);
        break;
    case MARK_EXP_MONTH:
    case MARK_EXP_YEAR:
    case MARK_EXP_YY: err_ignore(mark_value(part, &card->card, values)); break;
    case MARK_NAME:
    case MARK_CVC: buf_add_str(values, masked); break;
    case MARK_PARTS: must(false);
    }
}

static enum err put_value(const struct writing *writing, const struct mark *mark,
                          struct buf *values)
{
    const struct forward_card *card = forward_cards_find(&writing->forward->cards, &mark->token);
    struct bytes cvc;

    must(card != NULL);
    if (writing->shown && !shows_parts(writing)) {
        buf_add_str(values, masked);
        return buf_check(values);
    }
    if (writing->shown) {
        mask_value(card, mark->part, values);
        return buf_check(values);
    }
    if (mark->part != MARK_CVC)
        return mark_value(mark->part, &card->card, values);
    cvc = bytes_of(card->cvc.digits, card->cvc.count);
    buf_add(values, cvc);
    return echo_codes_add(&writing->forward->codes, cvc);
}

static enum err write_text(const struct writing *writing, struct bytes text,
                           const struct marks *marks, struct buf *out)
{
    uint8_t storage[VALUES_MAX];
    struct buf arena AUTO(buf_done) = { 0 };
    struct bytes values[MARKS_MAX];

    if (marks->count == 0) {
        buf_add(out, text);
        return OK;
    }
    buf_init_fixed(&arena, storage, sizeof(storage));
    for (size_t i = 0; i < marks->count; i++) {
        size_t before = arena.size;
        TRY(put_value(writing, &marks->list[i], &arena));
        values[i] = bytes_of(arena.data + before, arena.size - before);
    }
    TRY(buf_check(&arena));
    return substitute(text, marks, values, out);
}

static enum err write_marked(const struct writing *writing, struct bytes text, enum content content,
                             struct buf *out)
{
    struct marks marks;

    if (forward_is_inbound(writing->forward))
        return answer_text(text, content, &writing->forward->rules, out);
    TRY(marks_find(text, content, &marks));
    return write_text(writing, text, &marks, out);
}

static enum err write_body(const struct writing *writing, struct buf *out)
{
    const struct forward *forward = writing->forward;
    struct bytes body = buf_bytes(&forward->exchange->body);

    if (forward_is_inbound(forward))
        return answer_text(body, body_content(forward->exchange), &forward->rules, out);
    return write_text(writing, body, &forward->body_marks, out);
}

static enum err write_target(const struct writing *writing, struct buf *out)
{
    const struct exchange *exchange = writing->forward->exchange;
    struct bytes query = http_span_bytes(exchange->head.query, exchange_head(exchange));

    buf_add(out, exchange->rest.size == 0 ? writing->forward->route->path
                                          : writing->forward->route->base);
    buf_add(out, exchange->rest);
    if (!exchange->head.has_query)
        return OK;
    buf_add_u8(out, '?');
    return write_marked(writing, query, CONTENT_QUERY, out);
}

/* What is done with each field of the request: name and value, the value with its cards. */
typedef void write_field(void *to, struct bytes name, struct bytes value);

static enum err write_field_of(const struct writing *writing, const struct http_field *field,
                               write_field *write, void *to)
{
    struct bytes head = exchange_head(writing->forward->exchange);
    struct buf value AUTO(buf_done) = { 0 };

    buf_init(&value, HTTP_HEAD_SIZE_MAX);
    TRY(write_marked(writing, http_span_bytes(field->value, head), CONTENT_HEADER, &value));
    TRY(buf_check(&value));
    write(to, http_span_bytes(field->name, head), buf_bytes(&value));
    return OK;
}

static enum err write_fields(const struct writing *writing, write_field *write, void *to)
{
    const struct forward *forward = writing->forward;
    const struct exchange *exchange = forward->exchange;
    const struct http_fields *fields = &exchange->head.fields;
    const struct config_headers *added = &forward->route->config->header_add;

    write(to, bytes_lit("Host"), forward->route->authority);
    for (uint8_t i = 0; i < fields->count; i++) {
        struct bytes name = http_span_bytes(fields->at[i].name, exchange_head(exchange));
        if (field_goes_on(forward, name))
            TRY(write_field_of(writing, &fields->at[i], write, to));
    }
    for (size_t i = 0; i < added->count; i++)
        write(to, bytes_str(added->list[i].name),
              writing->shown ? bytes_str(masked) : buf_bytes(&forward->route->added[i]));
    write(to, bytes_lit("Accept-Encoding"), bytes_lit("identity"));
    return OK;
}

static void write_field_line(void *to, struct bytes name, struct bytes value)
{
    http_write_field_named(to, name, value);
}

static bool has_body(const struct exchange *exchange)
{
    return exchange->body.size > 0 || exchange->head.fields.framing != HTTP_NO_BODY;
}

enum err forward_request_write(struct forward *forward, struct buf *out)
{
    const struct exchange *exchange = forward->exchange;
    const struct writing writing = { forward, false };
    struct buf target AUTO(buf_done) = { 0 };
    struct buf body AUTO(buf_done) = { 0 };

    buf_init(&target, HTTP_HEAD_SIZE_MAX);
    buf_init(&body, REQUEST_TEXT_MAX);
    TRY(write_body(&writing, &body));
    TRY(write_target(&writing, &target));
    http_write_request_line(out, bytes_str(http_method_name(exchange->head.method)),
                            buf_bytes(&target));
    TRY(write_fields(&writing, write_field_line, out));
    if (has_body(exchange))
        http_write_field_number(out, "Content-Length", body.size);
    http_write_head_end(out);
    buf_add(out, buf_bytes(&body));
    return buf_check(&target) == OK && buf_check(&body) == OK && buf_check(out) == OK
               ? OK
               : ERR_BAD_MARK;
}

static void show_field(void *to, struct bytes name, struct bytes value)
{
    struct json_writer *json = to;

    json_open(json, NULL, '{');
    json_text(json, "name", name);
    json_text(json, "value", value);
    json_close(json, '}');
}

static enum err show_url(const struct writing *writing, struct json_writer *json)
{
    struct buf url AUTO(buf_done) = { 0 };

    buf_init(&url, HTTP_HEAD_SIZE_MAX);
    buf_add_str(&url, "https://");
    buf_add(&url, writing->forward->route->authority);
    TRY(write_target(writing, &url));
    json_text(json, "url", buf_bytes(&url));
    return buf_check(&url);
}

enum err forward_request_show(struct forward *forward, struct json_writer *json)
{
    const struct exchange *exchange = forward->exchange;
    const struct writing writing = { forward, true };
    struct buf body AUTO(buf_done) = { 0 };

    buf_init(&body, REQUEST_TEXT_MAX);
    TRY(write_body(&writing, &body));
    TRY(buf_check(&body));
    json_str(json, "method", http_method_name(exchange->head.method));
    TRY(show_url(&writing, json));
    json_open(json, "headers", '[');
    TRY(write_fields(&writing, show_field, json));
    json_close(json, ']');
    json_text(json, "body", buf_bytes(&body));
    return OK;
}
