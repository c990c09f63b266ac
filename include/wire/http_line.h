/*
 * Lines of HTTP/1.1 and the classes of bytes in them (RFC 9112, section 2; RFC 9110, section 5).
 *
 * A line ends with CR LF. Any other control character, CR and LF alone among them, is refused as
 * soon as it is seen, before the line is complete; only HTAB may stand in a line.
 */
#ifndef PANGATE_WIRE_HTTP_LINE_H
#define PANGATE_WIRE_HTTP_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* What a reader says after it was fed. */
enum http_step {
    HTTP_MORE, /* what there is, is right; there is more to come */
    HTTP_DONE,
    HTTP_BAD, /* the reader's err says why; it stays so */
};

/* Where the next line ends: look at `text` from `from` on. HTTP_DONE: *ret_end is the place of its
 * CR. HTTP_MORE: *ret_end is where to look from when there is more, so that no byte is looked at
 * twice. HTTP_BAD: a byte that no line may hold. */
enum http_step http_line_end(struct bytes text, size_t from, size_t *ret_end);

/* A place in a head: the bytes may move while it is read. */
struct http_span {
    uint16_t at, size;
};

static inline struct bytes http_span_bytes(struct http_span span, struct bytes text)
{
    return bytes_of(text.data + span.at, span.size);
}

enum { HTTP_HEAD_SIZE_MAX = UINT16_MAX }; /* what a place can say */

/* The lines of a head, one by one, while it arrives. */
struct http_lines {
    uint16_t size_max; /* of all lines together: at most HTTP_HEAD_SIZE_MAX */
    uint16_t next;     /* where the line begins */
    uint16_t seen;     /* no line ends before */
    enum err err;      /* after HTTP_BAD: ERR_BAD_REQUEST or ERR_HEAD_TOO_LARGE */
};

static inline struct http_lines http_lines_start(uint16_t size_max)
{
    return (struct http_lines){ .size_max = size_max };
}

/* The next line, without its CR LF, once it is complete. `text` is all that arrived so far, and may
 * hold more than the head. */
enum http_step http_lines_next(struct http_lines *lines, struct bytes text,
                               struct http_span *ret_line);

enum http_class {
    HTTP_TOKEN = 1,    /* tchar (RFC 9110, section 5.6.2) */
    HTTP_PATH = 2,     /* pchar but "%", and "/" (RFC 3986, section 3.3) */
    HTTP_QUERY = 4,    /* as HTTP_PATH, and "?", "[", "]" */
    HTTP_REG_NAME = 8, /* reg-name but "%" and "," (RFC 3986, section 3.2.2) */
    HTTP_HEX = 16,     /* HEXDIG in any case */
    HTTP_DIGIT = 32,
    HTTP_QUOTED = 64, /* qdtext (RFC 9110, section 5.6.4) */
};

extern const uint8_t http_classes[256];

static inline bool http_is(uint8_t byte, enum http_class class)
{
    return (http_classes[byte] & class) != 0;
}

/* Of a byte that is HTTP_HEX. */
static inline uint8_t http_hex_value(uint8_t digit)
{
    return (uint8_t)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
}

/* How many bytes at the front of `text` are of the class. */
size_t http_span_of(struct bytes text, enum http_class class);

/* All of it, and at least one byte. */
bool http_is_all(struct bytes text, enum http_class class);

/* Every "%" begins a percent-encoded byte, every other byte is of the class; may be empty
 * (RFC 3986, section 2.1). */
bool http_is_encoded(struct bytes text, enum http_class class);

/* Without SP and HTAB at both ends. */
struct bytes http_trim(struct bytes text);

/* The next element of a comma-separated list, trimmed, and `rest` without it; false at the end.
 * Empty elements are read over (RFC 9110, section 5.6.1.2). Not for lists of quoted strings. */
bool http_list_next(struct bytes *rest, struct bytes *ret_element);

/* Whether a list holds this token, in any case. */
bool http_list_has(struct bytes list, struct bytes token);

#endif
