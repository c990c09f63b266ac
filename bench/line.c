#include "bench/line.h"

#include <fcntl.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/must.h"
#include "bench/target.h"

enum { LINE_BUFFER_MAX = 1 << 24, PREFACE_S = 5 };

/* What was under way on it gets no answer; nor does what it was opened for. A server may close a
 * connection that nobody waits on. */
static void line_break(struct line *line, const char *code)
{
    const unsigned lost = line->outstanding, first = line->first;
    const bool was_open = line->state == LINE_OPEN;

    line_close(line);
    for (unsigned i = 0; i < lost; i++)
        line->host->answered(line->host->owner, line->asked_ns[(first + i) % LINE_PIPELINE_MAX],
                             code);
    if (!was_open)
        line->host->answered(line->host->owner, line->began_ns, code);
    line->host->broken(line->host->owner, line, code);
}

static void line_watch(struct line *line, unsigned wanted)
{
    must(watch_set(line->watch, wanted));
}

void line_ask(struct line *line, int64_t asked_ns)
{
    must(line->outstanding < LINE_PIPELINE_MAX);
    line->asked = true;
    line->asked_ns[(line->first + line->outstanding++) % LINE_PIPELINE_MAX] = asked_ns;
    script_ask(line->script, &line->output);
}

void line_flush(struct line *line)
{
    struct buf *output = &line->output;

    while (line->sent < output->size) {
        size_t moved;
        const enum transport_step step =
            transport_write(&line->transport, output->data + line->sent, output->size - line->sent,
                            &moved);

        line->sent += moved;
        if (step == TRANSPORT_MOVED)
            continue;
        if (step == TRANSPORT_WAIT_WRITE)
            line_watch(line, WATCH_READ | WATCH_WRITE);
        else
            line_break(line, "broken_pipe");
        return;
    }
    buf_clear(output);
    line->sent = 0;
    line_watch(line, WATCH_READ);
}

/* One answer at the front of the text; how much of the text it takes, 0 if it is not whole. */
static size_t line_take_answer(struct line *line, struct bytes text)
{
    const struct dialect *dialect = line->script->parts[0].dialect;
    const bool greeting = line->state == LINE_GREETING;
    struct answer answer = { 0 };
    int64_t asked_ns;

    switch ((greeting ? dialect->greeted : dialect->answered)(text, &answer)) {
    case ANSWER_MORE: return 0;
    case ANSWER_BROKEN: line_break(line, "malformed_answer"); return 0;
    case ANSWER_DONE: break;
    }
    if (greeting) {
        line->state = LINE_OPEN;
        line->host->ready(line->host->owner, line);
        return answer.size;
    }
    if (line->outstanding == 0) {
        line_break(line, "answer_without_request");
        return 0;
    }
    asked_ns = line->asked_ns[line->first];
    line->first = (line->first + 1) % LINE_PIPELINE_MAX;
    line->outstanding--;
    line->host->answered(line->host->owner, asked_ns, answer.code);
    if (line->state == LINE_OPEN)
        line->host->ready(line->host->owner, line);
    return answer.size;
}

static struct bytes line_take_answers(struct line *line, struct bytes text)
{
    size_t used;

    do {
        used = text.size == 0 || line->state < LINE_GREETING ? 0 : line_take_answer(line, text);
        text = bytes_from(text, used);
    } while (used > 0);
    return text;
}

/* Whole answers are read where they arrived; only the beginning of one is kept. */
static void line_take(struct line *line, struct bytes arrived)
{
    struct buf *input = &line->input;
    struct bytes rest;

    if (input->size > 0) {
        buf_add(input, arrived);
        rest = line_take_answers(line, buf_bytes(input));
        if (line->state != LINE_CLOSED)
            buf_drop(input, input->size - rest.size);
    } else {
        rest = line_take_answers(line, arrived);
        if (line->state != LINE_CLOSED)
            buf_add(input, rest);
    }
    if (line->state != LINE_CLOSED && buf_check(input) != OK)
        line_break(line, "oversized_answer");
}

/* The server has closed: an answer in itself where only the handshake was of interest. */
static void line_end(struct line *line)
{
    const int64_t began_ns = line->began_ns;

    if (line->state != LINE_ENDING) {
        line_break(line, "connection_closed");
        return;
    }
    line_close(line);
    line->host->answered(line->host->owner, began_ns, "");
    line->host->ready(line->host->owner, line);
}

static void line_read(struct line *line)
{
    do {
        size_t moved;

        switch (transport_read(&line->transport, line->host->scratch, LINE_SCRATCH_SIZE, &moved)) {
        case TRANSPORT_MOVED: line_take(line, bytes_of(line->host->scratch, moved)); break;
        case TRANSPORT_WAIT_READ: return;
        case TRANSPORT_WAIT_WRITE: line_watch(line, WATCH_READ | WATCH_WRITE); return;
        case TRANSPORT_ENDED: line_end(line); return;
        case TRANSPORT_BROKEN: line_break(line, "connection_reset"); return;
        }
    } while (line->state >= LINE_GREETING && transport_has_pending(&line->transport));
    if (line->state >= LINE_GREETING && line->state < LINE_ENDING && line->output.size > 0)
        line_flush(line);
}

static void line_shaken(struct line *line)
{
    const struct dialect *dialect = line->script->parts[0].dialect;

    if (line->habit == HABIT_SHAKE) {
        line->state = LINE_ENDING;
        transport_shut(&line->transport);
        line_watch(line, WATCH_READ);
        return;
    }
    line->state = dialect->greeting.size > 0 ? LINE_GREETING : LINE_OPEN;
    line_watch(line, WATCH_READ);
    if (line->state == LINE_GREETING)
        buf_add(&line->output, dialect->greeting);
    else
        line->host->ready(line->host->owner, line);
    if (line->state != LINE_CLOSED)
        line_flush(line);
}

static void line_shake(struct line *line)
{
    switch (transport_handshake(&line->transport)) {
    case TRANSPORT_MOVED: line_shaken(line); break;
    case TRANSPORT_WAIT_READ: line_watch(line, WATCH_READ); break;
    case TRANSPORT_WAIT_WRITE: line_watch(line, WATCH_WRITE); break;
    case TRANSPORT_ENDED:
    case TRANSPORT_BROKEN: line_break(line, "handshake_failed"); break;
    }
}

/* The preface is a few bytes, once per connection: it may block. */
static enum err line_say_preface(struct line *line)
{
    const struct dialect *dialect = line->script->parts[0].dialect;
    const struct timeval wait = { .tv_sec = PREFACE_S };
    const int fd = line->transport.fd;
    const int flags = fcntl(fd, F_GETFL);
    enum err err;

    if (dialect->preface == NULL)
        return OK;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    (void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
    err = dialect->preface(fd);
    (void)fcntl(fd, F_SETFL, flags);
    return err;
}

static void line_connected(struct line *line)
{
    int error = 0;
    socklen_t size = sizeof(error);

    if (getsockopt(line->transport.fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        line_break(line, "connection_refused");
        return;
    }
    if (line_say_preface(line) != OK) {
        line_break(line, "preface_failed");
        return;
    }
    line->transport.ssl = target_tls(line->target, line->transport.fd);
    must(line->transport.ssl != NULL);
    (void)SSL_set_app_data(line->transport.ssl, line->host);
    if (line->host->resumes && line->host->session != NULL)
        (void)SSL_set_session(line->transport.ssl, line->host->session);
    line->state = LINE_SHAKING;
    line_shake(line);
}

static void on_ready(void *owner, unsigned ready)
{
    struct line *line = owner;

    switch (line->state) {
    case LINE_CLOSED: break;
    case LINE_CONNECTING: line_connected(line); break;
    case LINE_SHAKING: line_shake(line); break;
    case LINE_GREETING:
    case LINE_OPEN:
        if (ready == WATCH_WRITE)
            line_flush(line);
        else
            line_read(line);
        break;
    case LINE_ENDING: line_read(line); break;
    }
}

static void on_again(void *owner)
{
    line_close(owner);
    line_open(owner);
}

void line_init(struct line *line, struct line_host *host, struct script *script,
               const struct target *target)
{
    *line = (struct line){
        .host = host, .script = script, .target = target, .transport = { .fd = -1 }
    };
    list_init(&line->node);
    task_init(&line->again, on_again, line);
    buf_init(&line->input, LINE_BUFFER_MAX);
    buf_init(&line->output, LINE_BUFFER_MAX);
}

void line_close(struct line *line)
{
    if (line->transport.fd >= 0 && line->state == LINE_OPEN)
        transport_shut(&line->transport);
    watch_free(line->watch);
    line->watch = NULL;
    transport_done(&line->transport);
    buf_clear(&line->input);
    buf_clear(&line->output);
    line->sent = 0;
    line->first = line->outstanding = 0;
    line->state = LINE_CLOSED;
}

void line_done(struct line *line)
{
    task_cancel(&line->again);
    list_remove(&line->node);
    line_close(line);
    buf_done(&line->input);
    buf_done(&line->output);
}

void line_open(struct line *line)
{
    line->began_ns = line->due_ns > 0 ? line->due_ns : clock_mono_ns();
    line->due_ns = 0;
    line->asked = false;
    line->transport.fd = target_connect(line->target);
    if (line->transport.fd < 0) {
        line_break(line, "no_socket");
        return;
    }
    line->watch = watch_new(line->host->loop, line->transport.fd, on_ready, line);
    must(line->watch != NULL);
    line->state = LINE_CONNECTING;
    line_watch(line, WATCH_WRITE);
}

void line_renew(struct line *line, int64_t due_ns)
{
    line->due_ns = due_ns;
    loop_later(line->host->loop, &line->again);
}

static int on_session(SSL *ssl, SSL_SESSION *session)
{
    struct line_host *host = SSL_get_app_data(ssl);

    SSL_SESSION_free(host->session);
    host->session = session;
    return 1;
}

void line_keep_sessions(const struct target *target)
{
    (void)SSL_CTX_set_session_cache_mode(target->context,
                                         SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(target->context, on_session);
}
