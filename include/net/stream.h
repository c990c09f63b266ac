/*
 * One connection, over TLS or plain: bytes in, bytes out, one owner, four words.
 *
 * A stream that is idle holds no buffers. Input is lent from the worker's scratch memory and moves
 * to a buffer of the stream's only as far as the owner leaves it. All of it is wiped after use.
 * Everything happens on the loop's thread. No call frees the stream under the caller's feet: that
 * waits until the stack has unwound.
 */
#ifndef PANGATE_NET_STREAM_H
#define PANGATE_NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "net/peer.h"

struct loop;
struct stream;

struct stream_handler {
    void (*readable)(void *owner); /* more in stream_peek(), or stream_ended(), or a yield */
    void (*drained)(void *owner);  /* all output is sent, after a stream_flush() that said false */
    void (*timeout)(void *owner);  /* the deadline has passed; it is no longer set */
    void (*closed)(void *owner);   /* the connection broke: forget the stream, it is gone */
};

/* Say who owns it; called in `opened`. Until then the stream belongs to its listener. What has
 * arrived by then rings readable in the next round. */
void stream_attach(struct stream *stream, const struct stream_handler *handler, void *owner);

/* What has arrived and is not consumed. Valid until the owner's function returns or consumes. */
struct bytes stream_peek(const struct stream *stream);
void stream_consume(struct stream *stream, size_t size);

/* The peer sends nothing more: what stream_peek() shows is the last. It may still read. */
bool stream_ended(const struct stream *stream);

/* It has ended, and TLS has not said so: where only the end tells that all has come, it has not. */
bool stream_was_cut(const struct stream *stream);

/* Where to write; sticky as every buf. Send it with stream_flush(). */
struct buf *stream_output(struct stream *stream);

/* Send. True: everything is with the kernel. False: `drained` rings when it is (or closed). */
bool stream_flush(struct stream *stream);

/* Say that nothing more will be sent; all output is, by then. What the peer still says is read as
 * before, and its end by stream_ended(): it has read to ours, if all had arrived there by then. One
 * that resets the connection has not. */
void stream_shut(struct stream *stream);
bool stream_has_arrived(const struct stream *stream);

/* Ring `timeout` so long after now; a negative time: never. Replaces the deadline before. */
void stream_deadline(struct stream *stream, int64_t timeout_ms);

/* Ring `readable` once more when the other connections have had a turn. */
void stream_yield(struct stream *stream);

/*
 * Both end ownership: no function of the owner is called afterwards, and it forgets the stream.
 * stream_finish() sends what is in the output, shuts down sending, reads on for a bounded moment
 * (so that no reset eats the answer) and closes. stream_close() closes now.
 */
void stream_finish(struct stream *stream);
void stream_close(struct stream *stream);

const struct peer *stream_peer(const struct stream *stream); /* zeroes when plain */
const char *stream_address(const struct stream *stream);     /* no port; on a Unix socket "uid N" */
struct loop *stream_loop(const struct stream *stream);

/* The owner of an open stream, for listener_each(); NULL before stream_attach(). */
void *stream_owner(const struct stream *stream);

#endif
