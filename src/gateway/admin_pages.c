#include "gateway/admin_pages.h"

#include "base/json_writer.h"
#include "base/clock.h"
#include "gateway/exporter_metrics.h"
#include "gateway/metrics.h"
#include "gateway/operator_desk.h"
#include "gateway/readiness.h"
#include "gateway/status_page.h"

static int write_livez(const struct admin_visitor *visitor, struct buf *body)
{
    (void)visitor;
    buf_add_str(body, "ok\n");
    return 200;
}

static int write_readyz(const struct admin_visitor *visitor, struct buf *body)
{
    struct readiness readiness;

    readiness_judge(visitor->server, &readiness);
    if (readiness.state == STATE_READY)
        buf_add_str(body, "ok\n");
    for (size_t i = 0; i < readiness.count; i++)
        buf_format(body, "%s%s\n", readiness.state == STATE_READY ? "warning: " : "",
                   readiness.reasons[i]);
    return readiness.state == STATE_READY ? 200 : 503;
}

static int write_metrics(const struct admin_visitor *visitor, struct buf *body)
{
    metrics_write(visitor->server, body);
    exporter_metrics_write(visitor->server->exporters, body);
    return 200;
}

static int write_status(const struct admin_visitor *visitor, struct buf *body)
{
    status_page_write(visitor->server, body);
    return 200;
}

/* A command is about to read the audit log: everything below `next` is on its way there; `applied`
 * in the status says when it has arrived. That it was read, and by whom, is an entry behind
 * it. */
static int write_audit_read(const struct admin_visitor *visitor, struct buf *body)
{
    struct audit_entry entry = { .kind = AUDIT_READ, .outcome = AUDIT_OK };
    struct json_writer json = json_writer_on(body);
    uint64_t next = vault_hurry(visitor->server->vault);

    (void)bytes_copy_text(bytes_str(visitor->address), entry.address, sizeof(entry.address));
    if (vault_note(visitor->server->vault, &entry) != OK)
        return 503;
    json_open(&json, NULL, '{');
    json_number(&json, "next", (int64_t)next);
    json_close(&json, '}');
    return 200;
}

/* One that was seen before, or lay about, is nobody's instruction. */
static bool is_new(struct server *server, const struct instruction *instruction)
{
    if (instruction->time_ms <= server->instructed_ms ||
        instruction->time_ms > clock_wall_ms() + INSTRUCTION_LATE_MS ||
        instruction->time_ms < clock_wall_ms() - INSTRUCTION_LATE_MS)
        return false;
    server->instructed_ms = instruction->time_ms;
    return true;
}

int admin_instruct(const struct admin_visitor *visitor, struct bytes signed_text, struct buf *body)
{
    struct server *server = visitor->server;
    const struct operator_desk desk = { server->vault, server->keyring, server->quarantine,
                                        visitor->address };
    struct operator_result result = { 0 };
    struct json_writer json = json_writer_on(body);
    struct instruction instruction;
    struct why why = { 0 };
    enum err err;

    if (instruction_verify(server->keyring, signed_text, &instruction) != OK ||
        !is_new(server, &instruction))
        return 403;
    err = operator_carry_out(&desk, &instruction, &result, &why);
    json_open(&json, NULL, '{');
    json_bool(&json, "done", err == OK);
    if (err != OK)
        json_str(&json, "reason", why.text);
    json_str(&json, "token", result.token.text);
    json_number(&json, "receipt", (int64_t)result.receipt);
    json_close(&json, '}');
    return 200;
}

static const struct admin_page pages[] = {
    { "/livez", "text/plain", write_livez },
    { "/readyz", "text/plain", write_readyz },
    { "/metrics", "text/plain; version=0.0.4", write_metrics },
    { "/status", "application/json", write_status },
    { "/audit-read", "application/json", write_audit_read },
};

const struct admin_page *admin_page_find(struct bytes path)
{
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (bytes_equal(path, bytes_str(pages[i].path)))
            return &pages[i];
    }
    return NULL;
}
