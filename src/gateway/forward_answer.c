#include "gateway/forward_answer.h"

#include "base/clock.h"
#include "base/cursor.h"
#include "card/pan_find.h"
#include "relay/json_pointer.h"

enum { KEPT_VERSION = 1, NS_PER_MS = 1000000 };

/* Of one connection only (RFC 9110, section 7.6.1), or said anew by us. */
static bool is_dropped(struct bytes name)
{
    static const struct bytes dropped[] = {
        bytes_lit("Connection"),        bytes_lit("Keep-Alive"),       bytes_lit("Upgrade"),
        bytes_lit("Proxy-Connection"),  bytes_lit("Trailer"),          bytes_lit("TE"),
        bytes_lit("Transfer-Encoding"), bytes_lit("Content-Length"),   bytes_lit("Date"),
        bytes_lit("Cache-Control"),     bytes_lit("Content-Encoding"), bytes_lit("traceparent")
    };
    static const char prefix[] = "Pangate-";

    for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++) {
        if (bytes_equal_nocase(name, dropped[i]))
            return true;
    }
    return text_holds_pan(name) ||
           (name.size >= sizeof(prefix) - 1 &&
            bytes_equal_nocase(bytes_of(name.data, sizeof(prefix) - 1), bytes_str(prefix)));
}

static bool is_coded(const struct forward *forward)
{
    struct bytes coding = http_fields_known(&forward->head.fields, buf_bytes(&forward->head_text),
                                            HTTP_CONTENT_ENCODING);

    return coding.size > 0 && !bytes_equal_nocase(coding, bytes_lit("identity"));
}

static enum err add_field(struct forward *forward, const struct http_field *field)
{
    struct bytes text = buf_bytes(&forward->head_text);
    struct bytes name = http_span_bytes(field->name, text);
    struct buf value AUTO(buf_done) = { 0 };

    if (is_dropped(name) || http_connection_names(&forward->head.fields, text, name))
        return OK;
    buf_init(&value, HTTP_HEAD_SIZE_MAX);
    TRY(answer_text(http_span_bytes(field->value, text), CONTENT_HEADER, &forward->rules, &value));
    http_write_field_named(&forward->exchange->answer.fields, name, buf_bytes(&value));
    return OK;
}

enum err forward_answer_begin(struct forward *forward)
{
    const struct http_fields *fields = &forward->head.fields;
    struct answer *answer = &forward->exchange->answer;
    struct bytes type =
        http_fields_known(fields, buf_bytes(&forward->head_text), HTTP_CONTENT_TYPE);

    forward->status = forward->head.status;
    forward->answered_ns = clock_mono_ns();
    if (is_coded(forward))
        return ERR_OUTCOME_UNKNOWN;
    for (uint8_t i = 0; i < fields->count; i++)
        TRY(add_field(forward, &fields->at[i]));
    answer->status = forward->status;
    answer_init(&forward->filter, content_of(type), &forward->rules);
    TRY(http_response_body_start(&forward->head, forward->exchange->head.method, UINT64_MAX,
                                 &forward->body));
    return buf_check(&answer->fields);
}

/* Once the copy does not fit it is of no use. */
static void add_to_whole(struct forward *forward, size_t from)
{
    struct bytes body = buf_bytes(&forward->exchange->answer.body);

    if (!forward->whole.failed)
        buf_add(&forward->whole, bytes_from(body, from));
}

enum err forward_answer_add(struct forward *forward, struct bytes piece)
{
    struct buf *body = &forward->exchange->answer.body;
    size_t before = body->size;

    TRY(answer_feed(&forward->filter, piece, body));
    add_to_whole(forward, before);
    return OK;
}

enum err forward_answer_end(struct forward *forward)
{
    struct buf *body = &forward->exchange->answer.body;
    size_t before = body->size;

    TRY(answer_end(&forward->filter, body));
    add_to_whole(forward, before);
    return OK;
}

static bool is_among(const struct config_words *words, size_t from, struct bytes text)
{
    for (size_t i = from; i < words->count; i++) {
        if (bytes_equal(bytes_str(words->text[i]), text))
            return true;
    }
    return false;
}

static struct bytes without_quotes(struct bytes value)
{
    bool quoted = value.size >= 2 && value.data[0] == '"';

    return quoted ? bytes_of(value.data + 1, value.size - 2) : value;
}

/* A body that is too large to be judged is taken for a yes: a code kept too long is the greater
 * harm. */
static bool member_succeeds(const struct forward *forward, const struct config_words *member)
{
    struct bytes value;

    if (forward->whole.failed)
        return true;
    return json_pointer_find(buf_bytes(&forward->whole), bytes_str(member->text[0]), &value) &&
           is_among(member, 1, without_quotes(value));
}

bool forward_answer_succeeds(const struct forward *forward)
{
    const struct config_route *config = forward->route->config;
    char status[8];
    struct buf text;

    if (config->success_member.count > 0)
        return member_succeeds(forward, &config->success_member);
    if (config->success_status.count == 0)
        return forward->status >= 200 && forward->status <= 299;
    buf_init_fixed(&text, status, sizeof(status));
    buf_add_decimal(&text, forward->status);
    return is_among(&config->success_status, 0, buf_bytes(&text));
}

/* What a kept answer is bound to: it opens for its key only. */
static struct key_scope scope_of(const struct forward *forward, uint32_t key)
{
    return (struct key_scope){ key, bytes_of(forward->key.scope, sizeof(forward->key.scope)) };
}

enum err forward_answer_seal(struct forward *forward)
{
    struct service_worker *worker = &forward->exchange->worker->service;
    struct buf text AUTO(buf_done) = { 0 };
    struct key_scope scope;
    uint32_t key;

    buf_clear(&forward->sealed);
    if (forward->whole.failed || forward->whole.size > forward->route->config->answer_keep_max)
        return OK;
    TRY(keyring_current(worker->keyring, KEY_DATA, forward->exchange->caller.principal->tenant,
                        &key));
    buf_init(&text, FORWARD_ANSWER_MAX);
    buf_add_u8(&text, KEPT_VERSION);
    buf_add_u16(&text, forward->status);
    buf_add_u64(&text, (uint64_t)(forward->answered_ns - forward->asked_ns));
    buf_add_bytes16(&text, buf_bytes(&forward->exchange->answer.fields));
    buf_add(&text, buf_bytes(&forward->whole));
    if (buf_check(&text) != OK)
        return OK;
    scope = scope_of(forward, key);
    buf_add_u32(&forward->sealed, key);
    if (key_seal(worker->keys, &scope, buf_bytes(&text), &forward->sealed) == ERR_LIMIT)
        buf_clear(&forward->sealed);
    return buf_check(&forward->sealed);
}

enum err forward_answer_open(struct forward *forward, struct bytes sealed)
{
    struct answer *answer = &forward->exchange->answer;
    struct buf text AUTO(buf_done) = { 0 };
    struct cursor cursor = cursor_on(sealed);
    struct key_scope scope = scope_of(forward, cursor_u32(&cursor));
    uint8_t version;

    buf_init(&text, FORWARD_ANSWER_MAX);
    TRY(key_open(forward->exchange->worker->service.keys, &scope, cursor.rest, &text));
    cursor = cursor_on(buf_bytes(&text));
    version = cursor_u8(&cursor);
    forward->status = cursor_u16(&cursor);
    forward->answered_ns = (int64_t)cursor_u64(&cursor);
    buf_add(&answer->fields, cursor_bytes16(&cursor));
    buf_add(&answer->body, cursor.rest);
    answer->status = forward->status;
    return version == KEPT_VERSION ? cursor_check(&cursor) : ERR_NEWER;
}

static const char *forwarded(const struct forward *forward)
{
    if (forward == NULL || !forward->may_have_left)
        return "no";
    return forward->status == 0 ? "unknown" : "yes";
}

void forward_write_facts(const struct exchange *exchange, struct buf *fields)
{
    const struct forward *forward = exchange->forward;
    int64_t ns = clock_mono_ns() - exchange->started_ns;

    if (forward != NULL && forward->status != 0 && !forward->replayed)
        ns -= forward->answered_ns - forward->asked_ns;
    http_write_field_str(fields, "Pangate-Forwarded", forwarded(forward));
    if (forward != NULL && forward->status != 0) {
        http_write_field_number(fields, "Pangate-Upstream-Status", forward->status);
        http_write_field_number(fields, "Pangate-Upstream-Ms",
                                (uint64_t)(forward->answered_ns - forward->asked_ns) / NS_PER_MS);
    }
    http_write_field_number(fields, "Pangate-Ms", (uint64_t)ns / NS_PER_MS);
    if (exchange->answer.has_receipt)
        http_write_field_number(fields, "Pangate-Receipt", exchange->answer.receipt);
}
