#include "audit/entry.h"
#include "base/encode.h"
#include "gateway/handlers.h"
#include "gateway/json_call.h"

enum { WAIT_MS = 1000, RETRY_AFTER_S = 1 };

/* That somebody read in the log is an entry, too. */
static enum err enter_read(struct exchange *exchange)
{
    struct audit_entry entry;

    caller_entry(&exchange->caller, AUDIT_READ, &entry);
    entry.status = 200;
    return vault_note(exchange->worker->service.vault, &entry);
}

static enum err await_entry(struct exchange *exchange)
{
    struct submission *submission = exchange->submission;
    uint64_t number = 0;
    enum err err;

    if (decode_decimal(exchange->parameter, UINT64_MAX, &number) != OK)
        return ERR_NO_ROUTE;
    submission->reply_to = exchange->worker->outcomes;
    submission->owner = exchange;
    err = vault_await(exchange->worker->service.vault, submission, number, WAIT_MS);
    if (err != OK)
        return err == ERR_NOT_FOUND ? ERR_NO_ROUTE : err;
    exchange->submission_is_out = true;
    exchange->worker->submissions_out++;
    return OK;
}

static enum err start(struct exchange *exchange)
{
    TRY(exchange_check_texts(exchange));
    TRY(json_call_prepare(exchange, 1));
    return await_entry(exchange);
}

static enum serve receipt_begin(struct exchange *exchange)
{
    return json_call_begun(exchange, start(exchange));
}

/* A name may have moved to another tenant since: what it did before is not its own any more. */
static bool is_of(const struct audit_entry *entry, const struct principal *principal)
{
    return strcmp(entry->client, principal->name) == 0 &&
           strcmp(entry->tenant, principal->tenant_name) == 0;
}

/* Another client's entry is not there for this one, nor is one whose time to be kept is over. */
static enum err check_owner(struct exchange *exchange, uint64_t number)
{
    struct audit_reader *reader = exchange->worker->service.log;
    uint8_t storage[AUDIT_LEAF_SIZE_MAX];
    struct audit_entry entry;
    struct buf leaf;
    enum err err;

    buf_init_fixed(&leaf, storage, sizeof(storage));
    err = audit_reader_leaf(reader, number, &leaf);
    if (err != OK)
        return err == ERR_NOT_FOUND ? ERR_NO_ROUTE : err;
    TRY(audit_entry_read(buf_bytes(&leaf), &entry));
    return is_of(&entry, exchange->caller.principal) ? OK : ERR_NO_ROUTE;
}

static enum err write_proof(struct exchange *exchange, uint64_t number)
{
    struct service_worker *service = &exchange->worker->service;
    enum err err;

    TRY(check_owner(exchange, number));
    err = vault_prove(service->vault, service->log, number, &exchange->answer.body);
    return err == OK ? enter_read(exchange) : err;
}

static enum serve answer_later(struct exchange *exchange)
{
    exchange->answer.status = 202;
    http_write_field_number(&exchange->answer.fields, "Retry-After", RETRY_AFTER_S);
    return SERVE_ANSWER;
}

static enum serve receipt_finished(struct exchange *exchange)
{
    const struct submission *submission = exchange->submission;
    enum err err;

    if (submission->err == ERR_REQUEST_TIMEOUT)
        return answer_later(exchange);
    err = write_proof(exchange, submission->await_number);
    if (err == ERR_NOT_FOUND)
        return answer_later(exchange);
    if (err != OK)
        return json_call_begun(exchange, err);
    exchange->answer.status = 200;
    exchange->answer.content_type = "text/plain; charset=utf-8";
    return SERVE_ANSWER;
}

const struct handler receipt_handler = { receipt_begin, receipt_finished, NULL };
