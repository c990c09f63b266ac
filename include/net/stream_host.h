/*
 * What the streams of one listener on one worker share. Between listener and stream only.
 */
#ifndef PANGATE_NET_STREAM_HOST_H
#define PANGATE_NET_STREAM_HOST_H

#include "base/buf.h"
#include "base/list.h"
#include "net/endpoint.h"
#include "net/stream.h"
#include "net/tls_client.h"
#include "net/tls_server.h"

enum { STREAM_SCRATCH_SIZE = 16 * 1024 }; /* the largest TLS record (RFC 8446, section 5.1) */

struct stream_host {
    struct loop *loop;
    struct tls_server *tls;    /* to answer with; NULL: plain, unless */
    struct tls_client *client; /* to ask with */
    unsigned handshake_timeout_ms;
    size_t input_max, output_max;
    struct peer_directory directory;
    void (*on_handshake)(struct stream_host *host, struct stream *stream, enum handshake result);
    void (*on_gone)(struct stream_host *host); /* a stream has been freed */
    struct list streams;
    unsigned rested;  /* streams that gave their buffers back, since the heap did */
    struct buf spare; /* output storage that waits for its next stream, empty and wiped */
    uint8_t *scratch; /* STREAM_SCRATCH_SIZE; what a stream lends out of it is wiped after */
};

/* Take over a connected socket. on_handshake comes later, unless the stream is closed before; on
 * failure the socket is closed and on_gone has come. */
enum err stream_new(struct stream_host *host, int fd, const struct endpoint *from,
                    struct stream **ret_stream);

struct stream *stream_of_node(struct list *node);
bool stream_is_open(const struct stream *stream);

/* Break the connection at once: its owner hears `closed`, and the stream is freed. Never from
 * inside one of its calls. */
void stream_break_now(struct stream *stream);

#endif
