#include "gateway/admin.h"

#include <stdlib.h>

#include "base/clock.h"
#include "gateway/admin_pages.h"
#include "wire/http_head.h"

enum {
    ADMIN_CONNECTIONS_MAX = 64,
    ADMIN_INPUT_MAX = 8 * 1024,
    ADMIN_PAGE_MAX = 4 * 1024 * 1024,
    ADMIN_TIMEOUT_MS = 10000,
};

struct admin {
    struct server *server;
    struct listener *listener;
};

/* One connection, one request at a time, no bodies. */
struct visit {
    struct admin *admin;
    struct stream *stream;
    struct http_head head;
};

static void visit_end(struct visit *visit)
{
    if (visit->stream != NULL)
        stream_finish(visit->stream);
    free(visit);
}

struct admin_answer {
    int status;
    const char *content_type;
    struct buf body;
};

static void make_answer(struct visit *visit, struct bytes text, struct admin_answer *answer)
{
    const struct http_head *head = &visit->head;
    const struct admin_visitor visitor = { visit->admin->server, stream_address(visit->stream) };
    const struct admin_page *page = NULL;
    struct bytes instruction;

    if (head->method == HTTP_POST &&
        bytes_equal(http_span_bytes(head->path, text), bytes_lit("/instructions")) &&
        http_head_field(head, text, "Pangate-Instruction", &instruction)) {
        answer->content_type = "application/json";
        answer->status = admin_instruct(&visitor, instruction, &answer->body);
        return;
    }
    if (head->method == HTTP_GET || head->method == HTTP_HEAD)
        page = admin_page_find(http_span_bytes(head->path, text));
    if (page == NULL) {
        answer->status = 404;
        return;
    }
    answer->content_type = page->content_type;
    answer->status = page->write(&visitor, &answer->body);
}

static void write_answer(struct visit *visit, const struct admin_answer *answer)
{
    struct buf *output = stream_output(visit->stream);
    struct http_date date = { 0 };
    struct http_answer head = { .status = answer->status,
                                .date = date.text,
                                .content_type = answer->content_type,
                                .content_length = answer->body.size,
                                .close = !visit->head.keep_alive };

    http_date_set(&date, clock_wall_ms());
    http_write_answer(output, &head);
    if (visit->head.method != HTTP_HEAD)
        buf_add(output, buf_bytes(&answer->body));
}

static void serve(struct visit *visit, struct bytes text)
{
    struct admin_answer answer = { 0 };

    buf_init(&answer.body, ADMIN_PAGE_MAX);
    make_answer(visit, text, &answer);
    write_answer(visit, &answer);
    buf_done(&answer.body);
    stream_consume(visit->stream, visit->head.size);
}

static void on_readable(void *owner)
{
    struct visit *visit = owner;
    bool again = true;

    while (again) {
        struct bytes text = stream_peek(visit->stream);
        enum http_step step = http_head_read(&visit->head, text);
        if (step == HTTP_BAD || (step == HTTP_MORE && stream_ended(visit->stream)) ||
            (step == HTTP_DONE && http_head_has_body(&visit->head))) {
            visit_end(visit);
            return;
        }
        again = step == HTTP_DONE;
        if (again) {
            serve(visit, text);
            again = visit->head.keep_alive;
            if (!again) {
                visit_end(visit);
                return;
            }
            http_head_start(&visit->head, ADMIN_INPUT_MAX);
        }
    }
    (void)stream_flush(visit->stream);
}

static void on_closed(void *owner)
{
    struct visit *visit = owner;

    visit->stream = NULL;
    visit_end(visit);
}

static void on_timeout(void *owner)
{
    visit_end(owner);
}

static void on_drained(void *owner)
{
    (void)owner;
}

static const struct stream_handler visit_handler = {
    .readable = on_readable, .drained = on_drained, .timeout = on_timeout, .closed = on_closed
};

static void on_opened(void *owner, struct stream *stream)
{
    struct visit *visit = calloc(1, sizeof(*visit));

    if (visit == NULL) {
        stream_close(stream);
        return;
    }
    visit->admin = owner;
    visit->stream = stream;
    http_head_start(&visit->head, ADMIN_INPUT_MAX);
    stream_attach(stream, &visit_handler, visit);
    stream_deadline(stream, ADMIN_TIMEOUT_MS);
}

static enum err admin_listen(struct admin *admin, int fd, struct why *why)
{
    const struct listener_options options = { .loop = admin->server->loop,
                                              .fd = fd,
                                              .connections_max = ADMIN_CONNECTIONS_MAX,
                                              .handshake_timeout_ms = ADMIN_TIMEOUT_MS,
                                              .input_max = ADMIN_INPUT_MAX,
                                              .output_max = 2 * ADMIN_PAGE_MAX,
                                              .opened = on_opened,
                                              .owner = admin };
    enum err err = listener_new(&options, &admin->listener);

    return err == OK ? OK : why_say(why, err, "[gateway] admin: cannot listen there");
}

static enum err admin_bind(const struct server *server, int *ret_fd, struct why *why)
{
    struct endpoint endpoint;

    if (endpoint_parse(server->config->gateway.admin, &endpoint) != OK ||
        !endpoint_is_local(&endpoint))
        return why_say(why, ERR_CONFIG,
                       "[gateway] admin: must be a loopback address with a port "
                       "or unix:PATH");
    return listener_bind(&endpoint, 1, ret_fd, why);
}

enum err admin_new(struct server *server, struct admin **ret_admin, struct why *why)
{
    struct admin *admin;
    enum err err;
    int fd;

    TRY(admin_bind(server, &fd, why));
    admin = calloc(1, sizeof(*admin));
    if (admin == NULL) {
        fd_close(&fd);
        return why_say(why, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    }
    admin->server = server;
    err = admin_listen(admin, fd, why);
    if (err != OK)
        admin_free(admin);
    else
        *ret_admin = admin;
    return err;
}

void admin_free(struct admin *admin)
{
    if (admin == NULL)
        return;
    listener_free(admin->listener);
    free(admin);
}
