#include "gateway/admin_pages.h"

#include "base/json_writer.h"
#include "gateway/metrics.h"
#include "gateway/readiness.h"
#include "gateway/status_page.h"

static int write_livez(struct server *server, struct buf *body)
{
    (void)server;
    buf_add_str(body, "ok\n");
    return 200;
}

static int write_readyz(struct server *server, struct buf *body)
{
    struct readiness readiness;

    readiness_judge(server, &readiness);
    if (readiness.count == 0)
        buf_add_str(body, "ok\n");
    for (size_t i = 0; i < readiness.count; i++) {
        buf_add_str(body, readiness.reasons[i]);
        buf_add_u8(body, '\n');
    }
    return readiness.count == 0 ? 200 : 503;
}

static int write_metrics(struct server *server, struct buf *body)
{
    metrics_write(server, body);
    return 200;
}

static int write_status(struct server *server, struct buf *body)
{
    status_page_write(server, body);
    return 200;
}

/* A command is about to read the audit log: everything below `next` is on its way there; `applied`
 * in the status says when it has arrived. That it was read is an entry behind it. */
static int write_audit_read(struct server *server, struct buf *body)
{
    const struct audit_entry entry = { .kind = AUDIT_READ, .outcome = AUDIT_OK };
    struct json_writer json = json_writer_on(body);
    uint64_t next = vault_hurry(server->vault);

    if (vault_note(server->vault, &entry) != OK)
        return 503;
    json_open(&json, NULL, '{');
    json_number(&json, "next", (int64_t)next);
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
