#include "net/stream.h"

#include <malloc.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/must.h"
#include "base/secret.h"
#include "net/stream_state.h"
#include "net/tls_common.h"

enum {
    FINISH_MS = 10 * 1000, /* for output that is still to be sent */
    REST_CROWD = 256,      /* streams at rest that make it worth looking for empty pages */
};

static void stream_free(struct stream *stream)
{
    struct stream_host *host = stream->host;

    timer_stop(&stream->deadline);
    timer_stop(&stream->rest);
    task_cancel(&stream->turn);
    watch_free(stream->watch);
    transport_done(&stream->transport);
    tls_server_release(stream->tls);
    tls_client_release(stream->visit.client);
    buf_done(&stream->input);
    buf_done(&stream->output);
    list_remove(&stream->node);
    free(stream);
    host->on_gone(host);
}

/* No stream exists for its owner, so it hears of the reason only. A peer whose certificate was
 * refused gets time to read the alert that says why. */
static void stream_refuse(struct stream *stream, enum handshake result)
{
    stream->host->on_handshake(stream->host, stream, result);
    if (result == HANDSHAKE_TIMEOUT || result == HANDSHAKE_HUNG_UP)
        stream_enter(stream, STREAM_GONE);
    else
        stream_linger(stream);
}

/* A reload may have come between the hello and now. */
static enum handshake stream_judge_again(const struct stream *stream)
{
    const struct tls_server *now = stream->host->tls;

    if (now == NULL || now == stream->tls)
        return HANDSHAKE_OK;
    return tls_server_judge_again(now, &stream->guest.peer, clock_wall_ms());
}

static void stream_open(struct stream *stream)
{
    const enum handshake result = stream_judge_again(stream);

    if (result != HANDSHAKE_OK) {
        stream_refuse(stream, result);
        return;
    }
    timer_stop(&stream->deadline);
    stream_stir(stream);
    if (stream->tls != NULL)
        tls_forget_certificates(stream->transport.ssl);
    stream_enter(stream, STREAM_OPEN);
    stream->host->on_handshake(stream->host, stream, HANDSHAKE_OK);
    if (stream->state != STREAM_OPEN)
        return;
    must(stream->handler != NULL);
    if (transport_has_pending(&stream->transport))
        loop_later(stream->host->loop, &stream->turn);
}

static void stream_shake(struct stream *stream)
{
    const enum transport_step step = transport_handshake(&stream->transport);

    switch (step) {
    case TRANSPORT_MOVED: stream_open(stream); break;
    case TRANSPORT_WAIT_READ: stream_rewatch(stream, WATCH_READ); break;
    case TRANSPORT_WAIT_WRITE: stream_rewatch(stream, WATCH_WRITE); break;
    case TRANSPORT_ENDED: stream_refuse(stream, HANDSHAKE_HUNG_UP); break;
    case TRANSPORT_BROKEN:
        if (stream->guest.result != HANDSHAKE_OK)
            stream_refuse(stream, stream->guest.result);
        else if (stream->visit.result != HANDSHAKE_OK)
            stream_refuse(stream, stream->visit.result);
        else
            stream_refuse(stream, tls_handshake_result());
        break;
    }
}

static void on_ready(void *owner, unsigned ready)
{
    struct stream *stream = owner;

    switch (stream->state) {
    case STREAM_SHAKING: stream_shake(stream); break;
    case STREAM_OPEN:
        if (ready == WATCH_WRITE && stream->blocked && stream_send(stream))
            stream->handler->drained(stream->owner);
        else if (ready == WATCH_READ || stream->read_wants_write)
            stream_fill(stream);
        break;
    case STREAM_FINISHING:
        if (ready == WATCH_READ)
            stream_discard(stream);
        else if (stream_send(stream))
            stream_linger(stream);
        break;
    case STREAM_LINGERING: stream_discard(stream); break;
    case STREAM_BROKEN:
    case STREAM_GONE: break;
    }
}

static void on_deadline(void *owner)
{
    struct stream *stream = owner;

    switch (stream->state) {
    case STREAM_SHAKING: stream_refuse(stream, HANDSHAKE_TIMEOUT); break;
    case STREAM_OPEN: stream->handler->timeout(stream->owner); break;
    case STREAM_FINISHING:
    case STREAM_LINGERING: stream_enter(stream, STREAM_GONE); break;
    case STREAM_BROKEN:
    case STREAM_GONE: break;
    }
}

/* Handshakes at the same time leave a heap full of holes. Its pages go back to the system for many
 * streams at once, as looking for them takes milliseconds. */
static void give_back_pages(struct stream_host *host)
{
    if (++host->rested < REST_CROWD)
        return;
    host->rested = 0;
    (void)malloc_trim(0);
}

static void on_rest(void *owner)
{
    struct stream *stream = owner;

    transport_rest(&stream->transport);
    give_back_pages(stream->host);
}

/* At the end of the round, when no caller is left on the stack. */
static void on_turn(void *owner)
{
    struct stream *stream = owner;

    switch (stream->state) {
    case STREAM_SHAKING: /* plain: there is nothing to shake */ stream_open(stream); break;
    case STREAM_OPEN:
        if (stream->yielded) {
            stream->yielded = false;
            stream_ring_readable(stream);
        }
        if (stream->state == STREAM_OPEN && !stream_is_paused(stream) &&
            transport_has_pending(&stream->transport))
            stream_fill(stream);
        break;
    case STREAM_BROKEN:
        stream->state = STREAM_GONE;
        stream->handler->closed(stream->owner);
        stream_free(stream);
        break;
    case STREAM_GONE: stream_free(stream); break;
    case STREAM_FINISHING:
    case STREAM_LINGERING: break;
    }
}

static enum err stream_init_server(struct stream *stream)
{
    struct stream_host *host = stream->host;
    SSL *ssl = SSL_new(tls_server_context(host->tls));

    stream->transport.ssl = ssl;
    stream->tls = tls_server_hold(host->tls);
    stream->guest = (struct tls_guest){ .server = host->tls, .directory = &host->directory };
    if (ssl == NULL || SSL_set_app_data(ssl, &stream->guest) != 1 ||
        SSL_set_fd(ssl, stream->transport.fd) != 1)
        return ERR_MEMORY;
    SSL_set_accept_state(ssl);
    return OK;
}

static enum err stream_init_client(struct stream *stream)
{
    struct tls_client *client = tls_client_hold(stream->host->client);

    stream->visit = (struct tls_visit){ .client = client };
    stream->transport.ssl = tls_client_begin(&stream->visit, stream->transport.fd);
    return stream->transport.ssl == NULL ? ERR_MEMORY : OK;
}

/* The fields by which stream_free() can undo what follows. */
static void stream_init(struct stream *stream, struct stream_host *host, int fd)
{
    *stream = (struct stream){ .host = host, .transport = { .fd = fd } };
    list_init(&stream->node);
    timer_init(&stream->deadline, host->loop, on_deadline, stream);
    timer_init(&stream->rest, host->loop, on_rest, stream);
    task_init(&stream->turn, on_turn, stream);
    buf_init(&stream->input, host->input_max + STREAM_SCRATCH_SIZE);
    buf_init(&stream->output, host->output_max);
}

static enum err stream_begin(struct stream *stream)
{
    struct stream_host *host = stream->host;

    stream->watch = watch_new(host->loop, stream->transport.fd, on_ready, stream);
    if (stream->watch == NULL)
        return ERR_MEMORY;
    if (host->tls != NULL)
        TRY(stream_init_server(stream));
    if (host->client != NULL)
        TRY(stream_init_client(stream));
    timer_set(&stream->deadline, host->handshake_timeout_ms);
    if (stream->transport.ssl == NULL)
        loop_later(host->loop, &stream->turn);
    else /* who asks speaks first */
        stream_rewatch(stream, host->client == NULL ? WATCH_READ : WATCH_WRITE);
    return OK;
}

/* By its address or, on a Unix socket, by its user: the kernel knows whose process it is. */
static void stream_name_peer(struct stream *stream, const struct endpoint *from)
{
    char address[ENDPOINT_TEXT_SIZE];
    struct ucred who;
    socklen_t size = sizeof(who);

    endpoint_write_host(from, address);
    if (from->address.ss_family == AF_UNIX &&
        getsockopt(stream->transport.fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0)
        (void)snprintf(address, sizeof(address), "uid %u", who.uid);
    (void)bytes_copy_text(bytes_str(address), stream->address, sizeof(stream->address));
}

enum err stream_new(struct stream_host *host, int fd, const struct endpoint *from,
                    struct stream **ret_stream)
{
    struct stream *stream = malloc(sizeof(*stream));

    if (stream == NULL) {
        fd_close(&fd);
        host->on_gone(host);
        return ERR_MEMORY;
    }
    stream_init(stream, host, fd);
    if (stream_begin(stream) != OK) {
        stream_free(stream);
        return ERR_MEMORY;
    }
    stream_name_peer(stream, from);
    list_add_last(&host->streams, &stream->node);
    *ret_stream = stream;
    return OK;
}

void stream_attach(struct stream *stream, const struct stream_handler *handler, void *owner)
{
    stream->handler = handler;
    stream->owner = owner;
}

struct bytes stream_peek(const struct stream *stream)
{
    if (stream->lent.size > 0)
        return stream->lent;
    return bytes_from(buf_bytes(&stream->input), stream->consumed);
}

void stream_consume(struct stream *stream, size_t size)
{
    const bool paused = stream_is_paused(stream);

    must(size <= stream_peek(stream).size);
    if (stream->lent.size > 0) {
        stream->lent = bytes_from(stream->lent, size);
        return;
    }
    wipe(stream->input.data + stream->consumed, size);
    stream->consumed += size;
    if (stream->consumed == stream->input.size) {
        buf_done(&stream->input);
        stream->consumed = 0;
    }
    if (paused && stream->state == STREAM_OPEN && !stream_is_paused(stream)) {
        stream_rewatch(stream, 0);
        loop_later(stream->host->loop, &stream->turn);
    }
}

bool stream_ended(const struct stream *stream)
{
    return stream->ended;
}

bool stream_was_cut(const struct stream *stream)
{
    return stream->ended && transport_was_cut(&stream->transport);
}

struct buf *stream_output(struct stream *stream)
{
    struct buf *spare = &stream->host->spare;
    struct buf *output = &stream->output;

    if (output->data == NULL && spare->data != NULL) {
        spare->max = output->max;
        *output = *spare;
        buf_init(spare, 0);
    }
    return output;
}

bool stream_flush(struct stream *stream)
{
    if (stream->state != STREAM_OPEN || stream->blocked)
        return false;
    return stream_send(stream);
}

void stream_shut(struct stream *stream)
{
    must(stream->output.size == 0);
    if (stream->state == STREAM_OPEN && !transport_shut(&stream->transport))
        stream_break(stream);
}

bool stream_has_arrived(const struct stream *stream)
{
    return transport_has_arrived(&stream->transport);
}

void stream_deadline(struct stream *stream, int64_t timeout_ms)
{
    if (stream->state != STREAM_OPEN)
        return;
    if (timeout_ms < 0)
        timer_stop(&stream->deadline);
    else
        timer_set(&stream->deadline, timeout_ms);
}

void stream_yield(struct stream *stream)
{
    stream->yielded = true;
    loop_later(stream->host->loop, &stream->turn);
}

void stream_finish(struct stream *stream)
{
    stream->handler = NULL;
    if (stream->state != STREAM_OPEN) {
        stream_close(stream);
        return;
    }
    timer_set(&stream->deadline, FINISH_MS);
    stream->state = STREAM_FINISHING;
    if (!stream->blocked && stream_send(stream))
        stream_linger(stream);
}

void stream_close(struct stream *stream)
{
    stream->handler = NULL;
    if (stream->state == STREAM_GONE)
        return;
    if (stream->state == STREAM_OPEN && stream->output.size == 0)
        (void)transport_shut(&stream->transport);
    stream_enter(stream, STREAM_GONE);
}

const struct peer *stream_peer(const struct stream *stream)
{
    return &stream->guest.peer;
}

const char *stream_address(const struct stream *stream)
{
    return stream->address;
}

struct loop *stream_loop(const struct stream *stream)
{
    return stream->host->loop;
}

void *stream_owner(const struct stream *stream)
{
    return stream->owner;
}

struct stream *stream_of_node(struct list *node)
{
    return list_item(node, struct stream, node);
}

bool stream_is_open(const struct stream *stream)
{
    return stream->state == STREAM_OPEN;
}

void stream_break_now(struct stream *stream)
{
    if (stream->state == STREAM_OPEN)
        stream->state = STREAM_BROKEN;
    else if (stream->state != STREAM_BROKEN)
        stream->state = STREAM_GONE;
    on_turn(stream);
}
