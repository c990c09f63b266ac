#include "gateway/admission.h"

#include "base/clock.h"
#include "gateway/endpoint_table.h"
#include "gateway/outlet.h"
#include "service/quarantine.h"
#include "wire/http_writer.h"
#include "wire/media_type.h"

static enum err judge_route(struct exchange *exchange)
{
    exchange->outlet = outlet_take(&exchange->worker->outlets, exchange->parameter,
                                   exchange->endpoint->body == BODY_INBOUND);
    if (exchange->outlet == NULL)
        return ERR_NO_ROUTE;
    return route_judge_path(exchange->outlet->route, exchange->rest);
}

static enum err judge_route_method(struct exchange *exchange)
{
    char allow[ROUTE_ALLOW_SIZE] = "";
    enum err err = route_judge_method(exchange->outlet->route, exchange->head.method, allow);

    if (err != OK)
        http_write_field_str(&exchange->answer.fields, "Allow", allow);
    return err;
}

static enum err judge_path(struct exchange *exchange)
{
    struct bytes path = http_span_bytes(exchange->head.path, exchange_head(exchange));
    struct endpoint_match match;
    enum err err = endpoint_find(path, exchange->head.method, &match);

    exchange->endpoint = match.row;
    exchange->parameter = match.parameter;
    exchange->rest = match.rest;
    if (match.row != NULL && match.row->body >= BODY_FORWARD)
        TRY(judge_route(exchange));
    if (err == ERR_BAD_METHOD)
        http_write_field_str(&exchange->answer.fields, "Allow", match.allow);
    return err == OK && exchange->outlet != NULL ? judge_route_method(exchange) : err;
}

enum err admission_judge_again(const struct exchange *exchange)
{
    return quarantine_holds(exchange->worker->quarantine, exchange->caller.principal->name)
               ? ERR_DENIED
               : OK;
}

static enum err judge_right(const struct exchange *exchange)
{
    const struct principal *principal = exchange->caller.principal;

    TRY(admission_judge_again(exchange));
    if (exchange->outlet != NULL &&
        !principal_may_forward(principal, exchange->outlet->route->config->name))
        return ERR_DENIED;
    return principal_may(principal, exchange->endpoint->right) ? OK : ERR_DENIED;
}

static enum err judge_rate(struct exchange *exchange)
{
    return rate_take(&exchange->caller.principal->standing->rate, clock_mono_ns(), 1,
                     &exchange->answer.retry_after_s);
}

static enum err judge_media(const struct exchange *exchange)
{
    const struct http_fields *fields = &exchange->head.fields;
    enum endpoint_body body = exchange->endpoint->body;
    enum media_type media;

    if (http_fields_have(fields, HTTP_CONTENT_ENCODING))
        return ERR_MEDIA_TYPE;
    if (body == BODY_NONE || body >= BODY_FORWARD)
        return OK;
    media = media_type_read(http_fields_known(fields, exchange_head(exchange), HTTP_CONTENT_TYPE));
    if (media == MEDIA_JSON || (media == MEDIA_MERGE_PATCH && body == BODY_PATCH))
        return OK;
    return ERR_MEDIA_TYPE;
}

static enum err judge_body(struct exchange *exchange, enum err size)
{
    TRY(size);
    if (exchange->head.expect == HTTP_EXPECT_OTHER)
        return ERR_EXPECTATION;
    if (exchange->endpoint->body == BODY_NONE && http_head_has_body(&exchange->head))
        return ERR_BAD_REQUEST;
    return OK;
}

enum err admission_judge(struct exchange *exchange, uint64_t body_max)
{
    enum err size = http_body_start(&exchange->body_reader, &exchange->head.fields, body_max);

    if (exchange->caller.principal == NULL)
        return ERR_UNKNOWN_CLIENT;
    TRY(judge_path(exchange));
    TRY(judge_right(exchange));
    TRY(judge_rate(exchange));
    TRY(judge_media(exchange));
    return judge_body(exchange, size);
}

bool admission_may_go_on(const struct exchange *exchange, enum err err)
{
    return err != ERR_EXPECTATION && err != ERR_UNKNOWN_CLIENT &&
           exchange->body_reader.state != HTTP_BODY_BAD;
}
