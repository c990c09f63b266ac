/*
 * The body of an HTTP/1.1 message: so many bytes, or chunks (RFC 9112, sections 6 and 7.1).
 *
 * Bytes in, content out; how they were cut never changes the verdict. Chunk sizes, extensions and
 * trailers are judged by their grammar and then dropped; lines of them, and all of them together,
 * are bounded. Content is bounded by size_max, and a body that says at its beginning that it is
 * larger is refused there.
 */
#ifndef PANGATE_WIRE_HTTP_BODY_H
#define PANGATE_WIRE_HTTP_BODY_H

#include "base/buf.h"
#include "wire/http_fields.h"
#include "wire/http_line.h"

enum {
    HTTP_CHUNK_LINE_MAX = 256,        /* a chunk's size with its extensions */
    HTTP_CHUNK_EXTENSIONS_MAX = 4096, /* of all chunks of a body together */
    HTTP_TRAILERS_MAX = 4096,
};

enum http_body_state {
    HTTP_BODY_CONTENT,
    HTTP_BODY_CHUNK_SIZE,
    HTTP_BODY_CHUNK_DATA,
    HTTP_BODY_CHUNK_END,
    HTTP_BODY_TRAILERS,
    HTTP_BODY_UNTIL_CLOSE,
    HTTP_BODY_DONE,
    HTTP_BODY_BAD,
};

struct http_body {
    enum err err; /* after HTTP_BAD: ERR_TOO_LARGE or ERR_BAD_REQUEST */
    enum http_body_state state;
    uint64_t left;     /* of the content or of the chunk */
    uint64_t size_max; /* that may still come */
    uint16_t extensions, trailers, scanned;
};

/* By the framing of a request; ERR_TOO_LARGE if Content-Length is larger than size_max, and the
 * reader is then bad. HTTP_NO_BODY: it is done at once. */
enum err http_body_start(struct http_body *body, const struct http_fields *fields,
                         uint64_t size_max);

/* A response without framing: everything until the connection ends. Never HTTP_DONE. */
void http_body_start_until_close(struct http_body *body, uint64_t size_max);

/*
 * Read on: `text` is input that was not used yet. Content is appended to `out`, or read over if
 * `out` is NULL. *ret_used is always written: so many bytes of `text` were used; hand in the others
 * again, with what arrives. HTTP_DONE: what follows is the next message. ERR_LIMIT: `out` is full.
 */
enum http_step http_body_read(struct http_body *body, struct bytes text, struct buf *out,
                              size_t *ret_used);

#endif
