#include "wire/http_body.h"

#include "base/must.h"

enum err http_body_start(struct http_body *body, const struct http_fields *fields,
                         uint64_t size_max)
{
    *body = (struct http_body){ .state = HTTP_BODY_DONE, .size_max = size_max };
    switch (fields->framing) {
    case HTTP_NO_BODY: break;
    case HTTP_CHUNKED: body->state = HTTP_BODY_CHUNK_SIZE; break;
    case HTTP_LENGTH:
        body->state = fields->content_length > 0 ? HTTP_BODY_CONTENT : HTTP_BODY_DONE;
        body->left = fields->content_length;
        if (body->left > size_max) {
            body->state = HTTP_BODY_BAD;
            body->err = ERR_TOO_LARGE;
        }
        break;
    }
    return body->err;
}

void http_body_start_until_close(struct http_body *body, uint64_t size_max)
{
    *body = (struct http_body){ .state = HTTP_BODY_UNTIL_CLOSE, .size_max = size_max };
}

static enum http_step refuse(struct http_body *body, enum err err)
{
    body->state = HTTP_BODY_BAD;
    body->err = err;
    return HTTP_BAD;
}

/* Content, as much of `left` as there is. HTTP_DONE when nothing of it is left. */
static enum http_step content_read(struct http_body *body, struct bytes text, struct buf *out,
                                   size_t *ret_used)
{
    size_t size = text.size < body->left ? text.size : (size_t)body->left;

    if (out != NULL) {
        buf_add(out, bytes_of(text.data, size));
        if (buf_check(out) != OK)
            return refuse(body, ERR_LIMIT);
    }
    *ret_used = size;
    body->left -= size;
    return body->left == 0 ? HTTP_DONE : HTTP_MORE;
}

/* A response without framing has no end of its own, only a bound. */
static enum http_step until_close_read(struct http_body *body, struct bytes text, struct buf *out,
                                       size_t *ret_used)
{
    if (text.size > body->size_max)
        return refuse(body, ERR_TOO_LARGE);
    body->size_max -= text.size;
    body->left = text.size + 1;
    return content_read(body, text, out, ret_used);
}

/* The line at the front of `text`, of at most `most` bytes. HTTP_DONE: *ret_line is it, and it was
 * used with its end; nothing is used of a line that is not all there. */
static enum http_step line_read(struct http_body *body, struct bytes text, size_t most,
                                struct bytes *ret_line)
{
    struct bytes view = bytes_of(text.data, text.size < most + 2 ? text.size : most + 2);
    size_t end = 0;
    enum http_step step = http_line_end(view, body->scanned, &end);

    body->scanned = 0;
    if (step == HTTP_BAD || (step == HTTP_MORE && end > most))
        return refuse(body, ERR_BAD_REQUEST);
    if (step == HTTP_MORE)
        body->scanned = (uint16_t)end;
    *ret_line = bytes_of(text.data, end);
    return step;
}

/* BWS: white space that should not be, but is read over (RFC 9110, section 5.6.3). */
static struct bytes blank_skip(struct bytes text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = bytes_from(text, 1);
    return text;
}

/* The size of a quoted string at the front, its quotes included, or 0 (RFC 9110, 5.6.4). */
static size_t quoted_size(struct bytes text)
{
    size_t at = 1;

    while (at < text.size && text.data[at] != '"') {
        if (text.data[at] == '\\')
            at++;
        else if (!http_is(text.data[at], HTTP_QUOTED))
            return 0;
        at++;
    }
    return at < text.size ? at + 1 : 0;
}

/* *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ) (RFC 9112, section 7.1.1). */
static bool extensions_are_valid(struct bytes text)
{
    while (text.size > 0) {
        size_t size;

        text = blank_skip(text);
        if (!bytes_start_with(text, bytes_lit(";")))
            return false;
        text = blank_skip(bytes_from(text, 1));
        size = http_span_of(text, HTTP_TOKEN);
        if (size == 0)
            return false;
        text = bytes_from(text, size);
        if (!bytes_start_with(blank_skip(text), bytes_lit("=")))
            continue;
        text = blank_skip(bytes_from(blank_skip(text), 1));
        size = http_span_of(text, HTTP_TOKEN);
        if (bytes_start_with(text, bytes_lit("\"")))
            size = quoted_size(text);
        if (size == 0)
            return false;
        text = bytes_from(text, size);
    }
    return true;
}

/* 1*HEXDIG; ERR_TOO_LARGE as soon as it is more than may still come. */
static enum err chunk_size_read(struct bytes digits, uint64_t most, uint64_t *ret_size)
{
    uint64_t size = 0;

    if (digits.size == 0)
        return ERR_BAD_REQUEST;
    for (size_t i = 0; i < digits.size; i++) {
        uint64_t value = http_hex_value(digits.data[i]);
        if (size > (UINT64_MAX >> 4) || (size << 4 | value) > most)
            return ERR_TOO_LARGE;
        size = size << 4 | value;
    }
    *ret_size = size;
    return OK;
}

static enum err chunk_line_judge(struct http_body *body, struct bytes line)
{
    size_t digits = http_span_of(line, HTTP_HEX);
    struct bytes extensions = bytes_from(line, digits);

    if (digits == 0 || !extensions_are_valid(extensions))
        return ERR_BAD_REQUEST;
    body->extensions = (uint16_t)(body->extensions + extensions.size);
    if (body->extensions > HTTP_CHUNK_EXTENSIONS_MAX)
        return ERR_BAD_REQUEST;
    TRY(chunk_size_read(bytes_of(line.data, digits), body->size_max, &body->left));
    body->size_max -= body->left;
    body->state = body->left > 0 ? HTTP_BODY_CHUNK_DATA : HTTP_BODY_TRAILERS;
    return OK;
}

static enum http_step chunk_size_step(struct http_body *body, struct bytes text, size_t *ret_used)
{
    struct bytes line;
    enum http_step step = line_read(body, text, HTTP_CHUNK_LINE_MAX, &line);
    enum err err;

    if (step != HTTP_DONE)
        return step;
    *ret_used = line.size + 2;
    err = chunk_line_judge(body, line);
    return err == OK ? HTTP_DONE : refuse(body, err);
}

static enum http_step chunk_end_step(struct http_body *body, struct bytes text, size_t *ret_used)
{
    struct bytes line;
    enum http_step step = line_read(body, text, 0, &line);

    if (step != HTTP_DONE)
        return step;
    *ret_used = 2;
    body->state = HTTP_BODY_CHUNK_SIZE;
    return HTTP_DONE;
}

/* A trailer is judged as a field line, then dropped: none is trusted (RFC 9110, section 6.5.1). */
static bool trailer_is_valid(struct bytes line)
{
    size_t name = http_span_of(line, HTTP_TOKEN);

    return name > 0 && name < line.size && line.data[name] == ':';
}

static enum http_step trailer_step(struct http_body *body, struct bytes text, size_t *ret_used)
{
    struct bytes line;
    enum http_step step = line_read(body, text, HTTP_TRAILERS_MAX - body->trailers, &line);

    if (step != HTTP_DONE)
        return step;
    *ret_used = line.size + 2;
    body->trailers = (uint16_t)(body->trailers + line.size);
    if (line.size > 0)
        return trailer_is_valid(line) ? HTTP_DONE : refuse(body, ERR_BAD_REQUEST);
    body->state = HTTP_BODY_DONE;
    return HTTP_DONE;
}

/* One step forward: HTTP_DONE when it was made, and there may be another. */
static enum http_step body_step(struct http_body *body, struct bytes text, struct buf *out,
                                size_t *ret_used)
{
    enum http_step step = HTTP_BAD;

    switch (body->state) {
    case HTTP_BODY_CONTENT:
        step = content_read(body, text, out, ret_used);
        if (step == HTTP_DONE)
            body->state = HTTP_BODY_DONE;
        return step;
    case HTTP_BODY_CHUNK_SIZE: return chunk_size_step(body, text, ret_used);
    case HTTP_BODY_CHUNK_DATA:
        step = content_read(body, text, out, ret_used);
        if (step == HTTP_DONE)
            body->state = HTTP_BODY_CHUNK_END;
        return step;
    case HTTP_BODY_CHUNK_END: return chunk_end_step(body, text, ret_used);
    case HTTP_BODY_TRAILERS: return trailer_step(body, text, ret_used);
    case HTTP_BODY_UNTIL_CLOSE: return until_close_read(body, text, out, ret_used);
    case HTTP_BODY_DONE:
    case HTTP_BODY_BAD: break;
    }
    must(body->state == HTTP_BODY_BAD);
    return step;
}

enum http_step http_body_read(struct http_body *body, struct bytes text, struct buf *out,
                              size_t *ret_used)
{
    enum http_step step = HTTP_DONE;

    *ret_used = 0;
    while (body->state != HTTP_BODY_DONE && step == HTTP_DONE) {
        size_t used = 0;
        step = body_step(body, bytes_from(text, *ret_used), out, &used);
        *ret_used += used;
    }
    return step;
}
