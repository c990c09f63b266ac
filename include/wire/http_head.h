/*
 * The head of an HTTP/1.1 request, read strictly (RFC 9112, RFC 9110).
 *
 * The reader is fed all bytes of the head so far, as often as some arrive. It remembers where it
 * was, looks at no byte twice, and refuses at the first line that is wrong without waiting for the
 * rest. How the bytes were cut on their way never changes the verdict. It keeps places, not
 * pointers, so the bytes may move between two calls. Nothing here allocates.
 *
 *     http_head_start(&head, limits->head_max);
 *     switch (http_head_read(&head, input)) {
 *     case HTTP_MORE: wait for input
 *     case HTTP_BAD:  answer head.err, close
 *     case HTTP_DONE: head.size bytes were the head; what follows is the body
 *     }
 *
 * Refused: ERR_BAD_REQUEST (whatever the RFCs say must or should be), ERR_HEAD_TOO_LARGE (longer
 * than size_max, or more than 64 fields), ERR_BAD_VERSION (another major version). HTTP/1.1 to 1.9
 * are read as 1.1 (RFC 9110, section 2.5). HTTP/1.0 is what many proxies speak to what is behind
 * them: it may do without Host, its connection ends with the answer, an expectation is not heard,
 * and Transfer-Encoding in it is refused. What other checks stand before is delivered as a fact: a
 * method that is not known, an expectation, a body.
 */
#ifndef PANGATE_WIRE_HTTP_HEAD_H
#define PANGATE_WIRE_HTTP_HEAD_H

#include "wire/http_fields.h"
#include "wire/http_line.h"
#include "wire/target.h"

enum { HTTP_EMPTY_LINES_MAX = 2 }; /* read over before a request; at least 1 (RFC 9112, 2.2) */

#define HTTP_METHOD_TABLE(X)                                                                       \
    X(GET) X(HEAD) X(POST) X(PUT) X(PATCH) X(DELETE) X(OPTIONS) X(CONNECT) X(TRACE)

#define HTTP_METHOD_ENUM(name) HTTP_##name,
enum http_method { HTTP_METHOD_TABLE(HTTP_METHOD_ENUM) HTTP_METHOD_OTHER /* 501 */ };

/* "GET"; "OTHER" for HTTP_METHOD_OTHER. */
const char *http_method_name(enum http_method method);

enum http_expect {
    HTTP_EXPECT_NOTHING,
    HTTP_EXPECT_CONTINUE,
    HTTP_EXPECT_OTHER, /* 417 */
};

struct http_head {
    enum err err; /* after HTTP_BAD */

    /* The facts, after HTTP_DONE; after HTTP_BAD those of the lines before. */
    uint16_t size; /* of the head, with its empty line and any before it */
    enum http_method method;
    enum target_form target_form;
    enum http_expect expect;
    bool keep_alive; /* the connection may live on after the answer */
    bool is_old;     /* HTTP/1.0: the answer must not come in chunks */
    bool has_query;
    struct http_span method_text, target, authority, path, query; /* see struct target */
    struct http_fields fields;                                    /* and the framing */

    /* The reader's own. */
    struct http_lines lines;
    uint8_t empty_lines;
    uint8_t part;
};

/* size_max is at most HTTP_HEAD_SIZE_MAX. */
void http_head_start(struct http_head *head, size_t size_max);

/* `text` is all that arrived since http_head_start(), and may hold more than the head. */
enum http_step http_head_read(struct http_head *head, struct bytes text);

/* Whether a body follows: a Content-Length over 0, or chunked. */
static inline bool http_head_has_body(const struct http_head *head)
{
    return head->fields.framing == HTTP_CHUNKED || head->fields.content_length > 0;
}

/* The value of the first field of this name, in any case; *ret_value is untouched if there is
 * none. `text` is where the head stands now. */
bool http_head_field(const struct http_head *head, struct bytes text, const char *name,
                     struct bytes *ret_value);

#endif
