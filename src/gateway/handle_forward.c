#include "gateway/forward_request.h"
#include "gateway/handlers.h"
#include "gateway/json_call.h"

enum { KEYED_MAX = 96 * 1024 * 1024 };

static struct bytes key_of(const struct exchange *exchange)
{
    return http_fields_known(&exchange->head.fields, exchange_head(exchange), HTTP_IDEMPOTENCY_KEY);
}

static bool has_key(const struct exchange *exchange)
{
    enum http_method method = exchange->head.method;

    return http_fields_have(&exchange->head.fields, HTTP_IDEMPOTENCY_KEY) && method != HTTP_GET &&
           method != HTTP_HEAD;
}

static void add_field(const struct exchange *exchange, const struct http_field *field,
                      struct buf *request)
{
    buf_add(request, http_span_bytes(field->name, exchange_head(exchange)));
    buf_add_u8(request, ':');
    buf_add(request, http_span_bytes(field->value, exchange_head(exchange)));
    buf_add_u8(request, '\n');
}

/* What a request must have in common with the first one of its key: everything that decides what is
 * put in where. Other fields may differ, as those do in which SDKs number their tries. */
static enum err add_request(const struct forward *forward, struct buf *request)
{
    const struct exchange *exchange = forward->exchange;
    const struct http_fields *fields = &exchange->head.fields;

    buf_add(request, http_span_bytes(exchange->head.target, exchange_head(exchange)));
    buf_add_u8(request, '\n');
    for (uint8_t i = 0; i < fields->count; i++) {
        if (forward_request_depends_on(forward, &fields->at[i]))
            add_field(exchange, &fields->at[i], request);
    }
    buf_add_u8(request, '\n');
    buf_add(request, buf_bytes(&exchange->body));
    return buf_check(request);
}

enum err forward_read_key(struct forward *forward)
{
    struct exchange *exchange = forward->exchange;
    struct bytes head = exchange_head(exchange);
    const struct bytes parts[3] = { bytes_str(http_method_name(exchange->head.method)),
                                    http_span_bytes(exchange->head.path, head), key_of(exchange) };
    struct buf request AUTO(buf_done) = { 0 };

    if (!has_key(exchange))
        return OK;
    buf_init(&request, KEYED_MAX);
    TRY(add_request(forward, &request));
    return forward_key(&exchange->caller, parts, buf_bytes(&request), &forward->key);
}

enum err forward_submit(struct forward *forward)
{
    struct exchange *exchange = forward->exchange;
    size_t count = forward->cards.count == 0 ? 1 : forward->cards.count;

    TRY(exchange_prepare(exchange, count));
    exchange->submission->idempotency = forward->key;
    forward_propose(&exchange->caller, forward->route->config->name, &forward->cards,
                    exchange->submission);
    forward->state = FORWARD_INTENT;
    return exchange_submit(exchange);
}

/* Whether it goes to the vault though a token of it cannot be sent: there may be an answer for its
 * key, and that there is no such token will be one. */
static bool is_for_the_vault(const struct forward *forward, enum err err)
{
    return forward->key.used &&
           (err == ERR_NO_TOKEN || forward_is_held(&forward->exchange->caller, &forward->key));
}

static enum err look(struct exchange *exchange, const struct token **ret_bad)
{
    struct forward *forward = exchange->forward;
    const struct config_route *config = forward->route->config;
    const struct forward_to to = { config->name, config->cvc_ttl_ms };
    size_t bad = 0;
    enum err err;

    TRY(forward_request_scan(forward));
    err = forward_look(&exchange->caller, &to, &forward->cards, &bad);
    if (err == OK || (is_for_the_vault(forward, err) && !forward_is_dry_run(exchange)))
        return OK;
    *ret_bad = &forward->cards.list[bad].token;
    return err;
}

bool forward_is_dry_run(const struct exchange *exchange)
{
    struct bytes value;

    return http_head_field(&exchange->head, exchange_head(exchange), "Pangate-Dry-Run", &value) &&
           !bytes_equal(value, bytes_lit("0"));
}

/* Reveals nothing, so it is entered as an inspection is, and nobody waits for it. */
static enum err enter_dry_run(const struct exchange *exchange)
{
    const struct forward *forward = exchange->forward;
    struct audit_entry entry;

    caller_entry(&exchange->caller, AUDIT_INSPECT, &entry);
    entry.status = 200;
    (void)bytes_copy_text(bytes_str(forward->route->config->name), entry.route,
                          sizeof(entry.route));
    if (forward->cards.count > 0)
        memcpy(entry.token, forward->cards.list[0].token.text, sizeof(entry.token));
    return vault_note(exchange->worker->service.vault, &entry);
}

enum err forward_dry_run(struct exchange *exchange)
{
    struct json_writer json = json_call_answer(exchange, 200);

    json_bool(&json, "dry_run", true);
    json_open(&json, "request", '{');
    TRY(forward_request_show(exchange->forward, &json));
    json_close(&json, '}');
    json_close(&json, '}');
    return enter_dry_run(exchange);
}

static enum err begin(struct exchange *exchange, const struct token **ret_bad)
{
    TRY(exchange_check_texts(exchange));
    exchange->forward = forward_new(exchange);
    if (exchange->forward == NULL)
        return ERR_OVERLOADED;
    TRY(forward_read_key(exchange->forward));
    TRY(look(exchange, ret_bad));
    return forward_is_dry_run(exchange) ? forward_dry_run(exchange)
                                        : forward_submit(exchange->forward);
}

static enum serve forward_begin(struct exchange *exchange)
{
    const struct token *bad = NULL;
    enum err err = begin(exchange, &bad);

    if (err == OK)
        return exchange->submission_is_out ? SERVE_WAIT : SERVE_ANSWER;
    buf_clear(&exchange->answer.body);
    exchange_fail(exchange, err, exchange->blame.err == err ? exchange->blame.field : NULL);
    forward_refuse(&exchange->caller, exchange->outlet->route->config->name, bad, err);
    return SERVE_ANSWER;
}

static enum serve forward_finish_serving(struct exchange *exchange)
{
    return forward_is_answered(exchange->forward) ? SERVE_ANSWER : SERVE_WAIT;
}

const struct handler forward_handler = { forward_begin, forward_finish_serving, NULL };

static const char *attempt_state(const struct vault_attempt *attempt)
{
    if (attempt->is_running)
        return "in_flight";
    if (attempt->is_refused)
        return "refused";
    return attempt->status == 0 ? "unknown" : "answered";
}

static const char *attempt_forwarded(const struct vault_attempt *attempt)
{
    if (attempt->is_refused)
        return "no";
    return attempt->is_running || attempt->status == 0 ? "unknown" : "yes";
}

static enum err look_for_attempt(struct exchange *exchange, struct vault_attempt *attempt)
{
    struct buf key AUTO(buf_done) = { 0 };

    TRY(exchange_check_texts(exchange));
    buf_init(&key, HTTP_HEAD_SIZE_MAX);
    target_decode(exchange->parameter, false, &key);
    TRY(buf_check(&key));
    return forward_attempt(&exchange->caller, buf_bytes(&key), attempt);
}

static enum serve attempt_begin(struct exchange *exchange)
{
    struct vault_attempt attempt;
    enum err err = look_for_attempt(exchange, &attempt);
    struct json_writer json;

    if (err != OK)
        return json_call_begun(exchange, err);
    json = json_call_answer(exchange, 200);
    json_str(&json, "state", attempt_state(&attempt));
    json_str(&json, "forwarded", attempt_forwarded(&attempt));
    if (!attempt.is_running && !attempt.is_refused) {
        if (attempt.status != 0)
            json_number(&json, "upstream_status", attempt.status);
        json_decimal_string(&json, "receipt", attempt.intent);
        json_bool(&json, "kept", attempt.has_answer);
    }
    json_close(&json, '}');
    return SERVE_ANSWER;
}

const struct handler attempt_handler = { attempt_begin, NULL, NULL };
