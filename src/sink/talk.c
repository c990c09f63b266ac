#include "sink/talk.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/must.h"
#include "net/resolver.h"
#include "net/stream.h"
#include "net/upstream.h"
#include "wire/http_response_head.h"
#include "wire/http_writer.h"

enum {
    HEAD_MAX = 8 * 1024,    /* of an answer */
    INPUT_MAX = 16 * 1024,  /* that is read at once */
    BODY_MAX = 1024 * 1024, /* of an answer, which is read over */
    REQUEST_HEAD_MAX = 80 * 1024,
    IDLE_TIMEOUT_MS = 30 * 1000, /* before a connection that waits is closed */
    STATUS_OK = 200,
    STATUS_REDIRECT = 300,
};

/*  idle --> asking --> sending --> answer [--> body] --> idle
 *  Whatever goes wrong jumps to idle, and done() says so. */
enum talk_state { TALK_IDLE, TALK_ASKING, TALK_SENDING, TALK_ANSWER, TALK_BODY };

struct talk {
    struct talk_options options;
    struct upstream *upstream;
    struct upstream_call call;
    struct upstream_stats before; /* as of the last failure */
    struct stream *stream;        /* NULL: none */
    enum talk_state state;
    bool is_sent; /* the whole parcel */
    struct bytes text;
    struct http_response_head head;
    struct http_body body;
};

static void talk_end(struct talk *talk, enum err err)
{
    if (talk->stream != NULL)
        stream_close(talk->stream);
    talk->stream = NULL;
    talk->text = (struct bytes){ 0 };
    talk->state = TALK_IDLE;
    talk->options.done(talk->options.owner, err);
}

static void talk_fail(struct talk *talk, const char *what)
{
    const struct talk_peer *peer = talk->options.peer;

    talk_end(talk, why_say(talk->options.why, ERR_UNREACHABLE, "%s port %u: %s", peer->host,
                           (unsigned)peer->port, what));
}

/* The answer is whole. */
static void end_answer(struct talk *talk)
{
    char what[32];

    if (talk->head.status < STATUS_OK || talk->head.status >= STATUS_REDIRECT) {
        (void)snprintf(what, sizeof(what), "answered %u", (unsigned)talk->head.status);
        talk_fail(talk, what);
        return;
    }
    if (!talk->is_sent) {
        talk_fail(talk, "answered before it had everything");
        return;
    }
    if (talk->head.keep_alive && talk->body.state == HTTP_BODY_DONE) {
        upstream_give_back(talk->upstream, talk->stream);
        talk->stream = NULL;
    }
    talk_end(talk, OK);
}

static void read_body(struct talk *talk)
{
    enum http_step step;
    size_t used;

    step = http_body_read(&talk->body, stream_peek(talk->stream), NULL, &used);
    stream_consume(talk->stream, used);
    if (step == HTTP_BAD)
        talk_fail(talk, "its answer cannot be read");
    else if (step == HTTP_DONE ||
             (stream_ended(talk->stream) && talk->body.state == HTTP_BODY_UNTIL_CLOSE))
        end_answer(talk);
    else if (stream_ended(talk->stream))
        talk_fail(talk, "ended in the middle of its answer");
}

/* False: there is no whole head yet, or never will be. */
static bool read_head(struct talk *talk)
{
    struct http_response_head *head = &talk->head;
    enum http_step step = http_response_head_read(head, stream_peek(talk->stream));

    if (step == HTTP_BAD)
        talk_fail(talk, "its answer cannot be read");
    else if (step == HTTP_MORE && stream_ended(talk->stream))
        talk_fail(talk, "ended without an answer");
    if (step != HTTP_DONE)
        return false;
    stream_consume(talk->stream, head->size);
    if (head->status < STATUS_OK && head->status != 101) {
        http_response_head_start(head, HEAD_MAX);
        return true;
    }
    if (http_response_body_start(head, HTTP_POST, BODY_MAX, &talk->body) != OK) {
        talk_fail(talk, "its answer is too long");
        return false;
    }
    talk->state = TALK_BODY;
    return true;
}

/* A receiver of syslog has nothing to say, but that it has read to the end. One that closes while
 * something is under way to it has not, though nobody says so: what comes to a closed socket is
 * answered by a reset behind the end that we have read. */
static void hear_syslog(struct talk *talk)
{
    stream_consume(talk->stream, stream_peek(talk->stream).size);
    if (!stream_ended(talk->stream))
        return;
    if (talk->is_sent && stream_has_arrived(talk->stream))
        talk_end(talk, OK);
    else
        talk_fail(talk, "closed before it had everything");
}

static void on_readable(void *owner)
{
    struct talk *talk = owner;

    if (talk->options.peer->syslog) {
        hear_syslog(talk);
        return;
    }
    while (talk->state < TALK_BODY && talk->state != TALK_IDLE && read_head(talk)) {
    }
    if (talk->state == TALK_BODY)
        read_body(talk);
}

static void on_drained(void *owner)
{
    struct talk *talk = owner;

    talk->is_sent = true;
    if (talk->state == TALK_SENDING)
        talk->state = TALK_ANSWER;
    if (talk->options.peer->syslog)
        stream_shut(talk->stream);
}

static void on_timeout(void *owner)
{
    struct talk *talk = owner;

    if (!talk->is_sent)
        talk_fail(talk, "took too long to take it");
    else if (talk->options.peer->syslog)
        talk_fail(talk, "took too long to close after us (RFC 5425, section 4.4)");
    else
        talk_fail(talk, "took too long to answer");
}

static void on_closed(void *owner)
{
    struct talk *talk = owner;

    talk->stream = NULL;
    talk_fail(talk, "the connection broke");
}

static const struct stream_handler talk_handler = {
    .readable = on_readable, .drained = on_drained, .timeout = on_timeout, .closed = on_closed
};

static void write_request(const struct talk *talk, struct buf *out)
{
    const struct talk_peer *peer = talk->options.peer;

    http_write_request_line(out, bytes_lit("POST"), peer->path);
    http_write_field(out, "Host", peer->authority);
    http_write_field_str(out, "Content-Type", "application/x-ndjson");
    http_write_field_number(out, "Content-Length", talk->text.size);
    buf_add(out, peer->fields);
    http_write_head_end(out);
}

static void on_ready(void *owner, struct stream *stream)
{
    struct talk *talk = owner;
    struct buf *out = stream_output(stream);

    talk->stream = stream;
    talk->state = TALK_SENDING;
    talk->is_sent = false;
    http_response_head_start(&talk->head, HEAD_MAX);
    stream_attach(stream, &talk_handler, talk);
    stream_deadline(stream, talk->options.peer->timeout_ms);
    if (!talk->options.peer->syslog)
        write_request(talk, out);
    buf_add(out, talk->text);
    if (buf_check(out) != OK)
        talk_fail(talk, "there is no memory for it");
    else if (stream_flush(stream))
        on_drained(talk);
}

/* Which handshake went wrong since the last time, or NULL. */
static const char *refusal(struct talk *talk)
{
    struct upstream_stats now = { 0 };
    const char *text = NULL;

    upstream_add_stats(talk->upstream, &now);
    for (size_t i = HANDSHAKE_OK + 1; i < HANDSHAKE_COUNT; i++) {
        if (now.handshakes[i] > talk->before.handshakes[i])
            text = handshake_text((enum handshake)i);
    }
    talk->before = now;
    return text;
}

static void on_failed(void *owner, enum err err)
{
    struct talk *talk = owner;
    const char *text = refusal(talk);
    char what[64];

    (void)err;
    (void)snprintf(what, sizeof(what), "the handshake failed: %s", text == NULL ? "" : text);
    talk_fail(talk, text == NULL ? "cannot be reached" : what);
}

enum err talk_new(const struct talk_options *options, struct talk **ret_talk)
{
    const struct talk_peer *peer = options->peer;
    const struct upstream_options upstream = {
        .loop = options->loop,
        .resolver = options->resolver,
        .tls = peer->tls,
        .host = peer->host,
        .port = peer->port,
        .private_addresses = true, /* the operator's choice alone, never a caller's */
        .connect_timeout_ms = peer->timeout_ms,
        .idle_timeout_ms = IDLE_TIMEOUT_MS,
        .connections_max = 2,
        .calls_max = 1,
        .input_max = INPUT_MAX,
        .output_max = peer->size_max + REQUEST_HEAD_MAX,
    };
    struct talk *talk = calloc(1, sizeof(*talk));
    enum err err;

    if (talk == NULL)
        return ERR_MEMORY;
    talk->options = *options;
    talk->call = (struct upstream_call){ .ready = on_ready, .failed = on_failed, .owner = talk };
    err = upstream_new(&upstream, &talk->upstream);
    if (err != OK)
        talk_free(talk);
    else
        *ret_talk = talk;
    return err;
}

void talk_free(struct talk *talk)
{
    if (talk == NULL)
        return;
    if (talk->state == TALK_ASKING)
        upstream_cancel(&talk->call);
    if (talk->stream != NULL)
        stream_close(talk->stream);
    upstream_free(talk->upstream);
    free(talk);
}

void talk_send(struct talk *talk, struct bytes text)
{
    must(talk->state == TALK_IDLE);
    talk->text = text;
    talk->state = TALK_ASKING;
    must(upstream_ask(talk->upstream, &talk->call) == OK);
}
