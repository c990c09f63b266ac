#include "net/stream_state.h"

#include "base/secret.h"

enum {
    READS_PER_TURN = 4,
    REST_MS = 500,              /* without a byte, before TLS gives its buffers back */
    LINGER_MS = 500,            /* for the peer to read what was sent */
    LINGER_SIZE_MAX = 1 << 20,  /* of what it may go on sending meanwhile */
    SPARE_SIZE_MAX = 64 * 1024, /* of output storage that is kept for the next stream */
};

bool stream_is_paused(const struct stream *stream)
{
    return stream_peek(stream).size >= stream->host->input_max;
}

/* Whoever it belongs to hears of it. */
static void stream_drop(struct stream *stream)
{
    if (stream->state == STREAM_SHAKING)
        stream->host->on_handshake(stream->host, stream, HANDSHAKE_INTERNAL);
    stream->state = stream->state == STREAM_OPEN ? STREAM_BROKEN : STREAM_GONE;
    loop_later(stream->host->loop, &stream->turn);
}

/* The one place that says what a stream waits for. */
void stream_rewatch(struct stream *stream, unsigned shaking)
{
    unsigned wanted = 0;

    switch (stream->state) {
    case STREAM_SHAKING: wanted = shaking; break;
    case STREAM_OPEN:
        if (!stream->ended && !stream_is_paused(stream))
            wanted |= WATCH_READ;
        if (stream->blocked || stream->read_wants_write)
            wanted |= WATCH_WRITE;
        break;
    case STREAM_FINISHING: wanted = WATCH_WRITE | (stream->ended ? 0 : WATCH_READ); break;
    case STREAM_LINGERING: wanted = WATCH_READ; break;
    case STREAM_BROKEN:
    case STREAM_GONE: break;
    }
    if (!watch_set(stream->watch, wanted))
        stream_drop(stream);
}

void stream_enter(struct stream *stream, enum stream_state state)
{
    stream->state = state;
    stream_rewatch(stream, 0);
    if (state == STREAM_GONE)
        loop_later(stream->host->loop, &stream->turn);
}

void stream_break(struct stream *stream)
{
    if (stream->state == STREAM_BROKEN || stream->state == STREAM_GONE)
        return;
    stream_drop(stream);
    stream_rewatch(stream, 0);
}

void stream_stir(struct stream *stream)
{
    if (stream->transport.ssl != NULL)
        timer_set(&stream->rest, REST_MS);
}

/* Always into the scratch, so that a peer that trickles holds no more memory than it has sent. */
static enum transport_step stream_read(struct stream *stream)
{
    uint8_t *scratch = stream->host->scratch;
    enum transport_step step;
    size_t moved;

    step = transport_read(&stream->transport, scratch, STREAM_SCRATCH_SIZE, &moved);
    stream_stir(stream);
    if (stream_peek(stream).size == 0) {
        stream->lent = bytes_of(scratch, moved);
        return step;
    }
    buf_drop(&stream->input, stream->consumed);
    stream->consumed = 0;
    buf_add(&stream->input, bytes_of(scratch, moved));
    wipe(scratch, moved);
    return step;
}

/* What the owner has left in the scratch moves to a buffer of the stream's. */
void stream_ring_readable(struct stream *stream)
{
    const struct bytes lent = stream->lent;

    stream->handler->readable(stream->owner);
    if (stream->state == STREAM_OPEN && stream->lent.size > 0)
        buf_add(&stream->input, stream->lent);
    stream->lent = bytes_of(NULL, 0);
    wipe((uint8_t *)lent.data, lent.size);
    if (buf_check(&stream->input) != OK)
        stream_break(stream);
}

/* One read: the next only for what OpenSSL has taken from the socket already, since the socket
 * rings by itself for the rest. */
void stream_fill(struct stream *stream)
{
    for (int reads = 0; reads < READS_PER_TURN; reads++) {
        const enum transport_step step = stream_read(stream);

        stream->read_wants_write = step == TRANSPORT_WAIT_WRITE;
        stream->ended = step == TRANSPORT_ENDED;
        if (step == TRANSPORT_BROKEN)
            stream_break(stream);
        else if (step == TRANSPORT_MOVED || step == TRANSPORT_ENDED)
            stream_ring_readable(stream);
        stream_rewatch(stream, 0);
        if (stream->state != STREAM_OPEN || step != TRANSPORT_MOVED || stream_is_paused(stream) ||
            !transport_has_pending(&stream->transport))
            return;
    }
    loop_later(stream->host->loop, &stream->turn);
}

/* Output storage goes round: an idle stream has none, and a busy worker allocates none. */
static void stream_give_back_output(struct stream *stream)
{
    struct buf *spare = &stream->host->spare;
    struct buf *output = &stream->output;
    const size_t max = output->max;

    buf_clear(output);
    stream->sent = 0;
    if (spare->data == NULL && output->data != NULL && output->capacity <= SPARE_SIZE_MAX) {
        *spare = *output;
        buf_init(output, max);
    }
    buf_done(output);
}

bool stream_send(struct stream *stream)
{
    while (stream->sent < stream->output.size) {
        enum transport_step step;
        size_t moved;

        step = transport_write(&stream->transport, stream->output.data + stream->sent,
                               stream->output.size - stream->sent, &moved);
        stream->sent += moved;
        if (step == TRANSPORT_MOVED)
            continue;
        if (step == TRANSPORT_WAIT_WRITE)
            stream->blocked = true;
        else
            stream_break(stream);
        stream_rewatch(stream, 0);
        return false;
    }
    stream->blocked = false;
    stream_stir(stream);
    stream_give_back_output(stream);
    stream_rewatch(stream, 0);
    return true;
}

void stream_linger(struct stream *stream)
{
    (void)transport_shut(&stream->transport);
    timer_set(&stream->deadline, LINGER_MS);
    stream_enter(stream, stream->ended ? STREAM_GONE : STREAM_LINGERING);
}

void stream_discard(struct stream *stream)
{
    struct stream_host *host = stream->host;
    enum transport_step step;
    size_t moved;

    step = transport_discard(&stream->transport, host->scratch, STREAM_SCRATCH_SIZE, &moved);
    wipe(host->scratch, moved);
    stream->discarded += moved;
    if (step == TRANSPORT_ENDED && stream->state == STREAM_FINISHING) {
        stream->ended = true;
        stream_rewatch(stream, 0);
    } else if (step == TRANSPORT_ENDED || step == TRANSPORT_BROKEN ||
               stream->discarded > LINGER_SIZE_MAX) {
        stream_enter(stream, STREAM_GONE);
    }
}
