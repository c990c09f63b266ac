/*
 * The field lines of a message, as places in its head (RFC 9110, section 5; RFC 9112, sections 5
 * and 6), and what they say about framing. The same for requests, responses and trailers.
 *
 * Strict: a name is a token, the colon follows it at once, a line that begins with white space
 * (obs-fold) is refused, and so is a Host that is none; a doubled Host, Content-Length,
 * Transfer-Encoding, Content-Type or Idempotency-Key; Content-Length with Transfer-Encoding; a
 * Content-Length that is not one number; a Transfer-Encoding that is not exactly `chunked`. Nothing
 * here allocates.
 */
#ifndef PANGATE_WIRE_HTTP_FIELDS_H
#define PANGATE_WIRE_HTTP_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "wire/http_line.h"

enum { HTTP_FIELDS_MAX = 64 };

struct http_field {
    struct http_span name, value; /* the value without white space around it */
};

/* The fields that the reader itself looks at or that every request is asked for. */
enum http_known {
    HTTP_HOST,
    HTTP_EXPECT,
    HTTP_CONNECTION,
    HTTP_TRACEPARENT,
    HTTP_CONTENT_TYPE,
    HTTP_CONTENT_LENGTH,
    HTTP_IDEMPOTENCY_KEY,
    HTTP_CONTENT_ENCODING,
    HTTP_TRANSFER_ENCODING,
    HTTP_KNOWN_COUNT,
    HTTP_UNKNOWN = HTTP_KNOWN_COUNT,
};

enum http_framing {
    HTTP_NO_BODY, /* neither field; a response then ends with its connection */
    HTTP_LENGTH,  /* content_length bytes, which may be 0 */
    HTTP_CHUNKED,
};

struct http_fields {
    uint8_t count;
    uint8_t first[HTTP_KNOWN_COUNT]; /* 1 + the index of the first such field; 0: none */
    bool close, keep_alive;          /* Connection says so */
    enum http_framing framing;
    uint64_t content_length;
    struct http_field at[HTTP_FIELDS_MAX];
};

/* Empty, without touching the 64 places. */
void http_fields_start(struct http_fields *fields);

/* Judge and enter one line: the bytes `line` of `text`, without CR LF. ERR_BAD_REQUEST, or
 * ERR_HEAD_TOO_LARGE for the 65th field. */
enum err http_fields_add(struct http_fields *fields, struct bytes text, struct http_span line);

static inline bool http_fields_have(const struct http_fields *fields, enum http_known known)
{
    return fields->first[known] != 0;
}

/* The value of the first such field, lent from `text`; empty if there is none. */
struct bytes http_fields_known(const struct http_fields *fields, struct bytes text,
                               enum http_known known);

/* The index of the next field of this name at or after `from`, or fields->count; by any case. */
uint8_t http_fields_find(const struct http_fields *fields, struct bytes text, const char *name,
                         uint8_t from);

/* Whether a Connection field names this one, so that it is of one connection only (RFC 9110,
 * section 7.6.1). In any case. */
bool http_connection_names(const struct http_fields *fields, struct bytes text, struct bytes name);

/* 1*DIGIT without overflow (RFC 9110, section 8.6). ERR_BAD_REQUEST. */
enum err http_read_length(struct bytes text, uint64_t *ret_length);

#endif
