/*
 * Heads of HTTP/1.1 responses and requests into a buffer (RFC 9112, section 4; RFC 9110).
 *
 * Fields that are one handler's affair are written to a buffer of their own with http_write_field()
 * and handed in as they stand. Sticky, as struct buf is: write all, then ask buf_check() once.
 */
#ifndef PANGATE_WIRE_HTTP_WRITER_H
#define PANGATE_WIRE_HTTP_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"

enum { HTTP_DATE_SIZE = sizeof("Sun, 06 Nov 1994 08:49:37 GMT") };

/* The Date field's text, made anew when the second changes. Zeroes are a fine start. */
struct http_date {
    int64_t second;
    char text[HTTP_DATE_SIZE];
};

void http_date_set(struct http_date *date, int64_t now_ms);

/* What the length of a response is said to be. */
enum http_answer_body {
    HTTP_ANSWER_LENGTH,      /* Content-Length */
    HTTP_ANSWER_CHUNKED,     /* Transfer-Encoding: chunked */
    HTTP_ANSWER_UNTIL_CLOSE, /* neither; `close` must be set */
};

struct http_answer {
    int status;
    const char *date;         /* http_date.text */
    struct bytes request_id;  /* Pangate-Request-Id; none if empty */
    const char *content_type; /* none if NULL */
    enum http_answer_body body;
    uint64_t content_length; /* to HEAD, what it would be for GET */
    bool close;              /* Connection: close */
    struct bytes fields;     /* more field lines, written by http_write_field() */
};

/* Status line, fields, empty line. 1xx, 204 and 304 get no framing fields (RFC 9110, section 8.6;
 * RFC 9112, section 6.1); that no body follows them or an answer to HEAD, is up to the caller. */
void http_write_answer(struct buf *out, const struct http_answer *answer);

/* "HTTP/1.1 100 Continue" with its empty line. */
void http_write_continue(struct buf *out);

/* One field line. The name is ours: that it is a token is a promise. A value may come from
 * elsewhere: with a control character in it the buffer fails. */
void http_write_field(struct buf *out, const char *name, struct bytes value);

/* The same with a name from elsewhere: one that is no token fails the buffer, too. */
void http_write_field_named(struct buf *out, struct bytes name, struct bytes value);

void http_write_field_str(struct buf *out, const char *name, const char *value);
void http_write_field_number(struct buf *out, const char *name, uint64_t value);

/* The first line of a request. A method that is no token, or a byte in the target that no URI may
 * hold, fails the buffer. Fields and an empty line (http_write_head_end()) follow. */
void http_write_request_line(struct buf *out, struct bytes method, struct bytes target);
void http_write_head_end(struct buf *out);

/* One chunk (none if `content` is empty), and the end of a chunked body. */
void http_write_chunk(struct buf *out, struct bytes content);
void http_write_last_chunk(struct buf *out);

/* "Not Found"; "" for a status without a phrase of its own. */
const char *http_reason(int status);

#endif
