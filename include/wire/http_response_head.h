/*
 * The head of a processor's response, read as strictly as a request's (RFC 9112, section 4).
 *
 * A processor is not trusted with our connections either: framing that two readers may understand
 * in two ways is refused. Two leniencies, both harmless and both met in the field: HTTP/1.0, and a
 * status line that ends after its code without the space.
 */
#ifndef PANGATE_WIRE_HTTP_RESPONSE_HEAD_H
#define PANGATE_WIRE_HTTP_RESPONSE_HEAD_H

#include "wire/http_body.h"
#include "wire/http_fields.h"
#include "wire/http_head.h"
#include "wire/http_line.h"

struct http_response_head {
    enum err err; /* after HTTP_BAD: ERR_BAD_REQUEST, ERR_HEAD_TOO_LARGE or ERR_BAD_VERSION */

    /* The facts, after HTTP_DONE. */
    uint16_t size;
    uint16_t status; /* 100 to 599; below 200 (but 101) another head follows on the connection */
    bool keep_alive;
    struct http_fields fields;

    /* The reader's own. */
    struct http_lines lines;
    uint8_t part;
    bool is_old; /* HTTP/1.0 */
};

/* size_max is at most HTTP_HEAD_SIZE_MAX. */
void http_response_head_start(struct http_response_head *head, size_t size_max);

/* As http_head_read(). */
enum http_step http_response_head_read(struct http_response_head *head, struct bytes text);

/* The body that follows the answer to such a request (RFC 9112, section 6.3): none after HEAD, 1xx,
 * 204 and 304; until the connection ends if nothing else is said. ERR_TOO_LARGE as in
 * http_body_start(). */
enum err http_response_body_start(const struct http_response_head *head, enum http_method method,
                                  uint64_t size_max, struct http_body *ret_body);

#endif
