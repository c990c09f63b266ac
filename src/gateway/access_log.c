#include "gateway/access_log.h"

#include "base/log.h"
#include "gateway/endpoint_table.h"

static enum log_level level_of(int status)
{
    return status >= 500 ? LOG_ERROR : status >= 400 ? LOG_WARN : LOG_INFO;
}

static void add_caller(struct json_writer *json, const struct caller *caller)
{
    json_str(json, "request_id", caller->request_id);
    if (caller->principal != NULL) {
        json_str(json, "client", caller->principal->name);
        json_str(json, "tenant", caller->principal->tenant_name);
    }
    json_str(json, "address", caller->address);
}

void access_log_write(const struct exchange *exchange, int64_t duration_ns)
{
    const struct answer *answer = &exchange->answer;
    struct log_line line;

    log_begin(&line, level_of(answer->status), "request");
    add_caller(&line.json, &exchange->caller);
    json_str(&line.json, "method", http_method_name(exchange->head.method));
    json_str(&line.json, "route", exchange->endpoint == NULL ? "" : exchange->endpoint->path);
    json_number(&line.json, "status", answer->status);
    if (answer->err != OK)
        json_str(&line.json, "code", err_code(answer->err));
    if (answer->token_last4[0] != '\0')
        json_str(&line.json, "token_last4", answer->token_last4);
    if (answer->has_receipt)
        json_decimal_string(&line.json, "receipt", answer->receipt);
    json_number(&line.json, "bytes_in", (int64_t)exchange->bytes_in);
    json_number(&line.json, "bytes_out", (int64_t)exchange->bytes_out);
    json_number(&line.json, "duration_ms", duration_ns / 1000000);
    log_gather(&line, &exchange->worker->log_lines);
}
