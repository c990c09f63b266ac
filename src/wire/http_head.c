#include "wire/http_head.h"

#include "base/must.h"

enum head_part { REQUEST_LINE, FIELD_LINES, READ, REFUSED };

void http_head_start(struct http_head *head, size_t size_max)
{
    must(size_max <= HTTP_HEAD_SIZE_MAX);
    head->err = OK;
    head->size = 0;
    head->method = HTTP_METHOD_OTHER;
    head->target_form = TARGET_ORIGIN;
    head->expect = HTTP_EXPECT_NOTHING;
    head->keep_alive = head->has_query = head->is_old = false;
    head->method_text = head->target = head->authority = (struct http_span){ 0, 0 };
    head->path = head->query = (struct http_span){ 0, 0 };
    head->lines = http_lines_start((uint16_t)size_max);
    head->empty_lines = 0;
    head->part = REQUEST_LINE;
    http_fields_start(&head->fields);
}

#define METHOD_NAME(name) #name,
static const char *const method_names[] = { HTTP_METHOD_TABLE(METHOD_NAME) "OTHER" };

const char *http_method_name(enum http_method method)
{
    must(method <= HTTP_METHOD_OTHER);
    return method_names[method];
}

/* Methods are case-sensitive (RFC 9110, section 9.1). */
static enum http_method method_find(struct bytes name)
{
    enum http_method method = HTTP_GET;

    while (method < HTTP_METHOD_OTHER && !bytes_equal(name, bytes_str(method_names[method])))
        method++;
    return method;
}

/* HTTP-version = "HTTP/" DIGIT "." DIGIT (RFC 9112, section 2.3). */
static enum err version_read(struct bytes text, bool *ret_is_old)
{
    if (text.size != 8 || !bytes_start_with(text, bytes_lit("HTTP/")) || text.data[6] != '.' ||
        !http_is(text.data[5], HTTP_DIGIT) || !http_is(text.data[7], HTTP_DIGIT))
        return ERR_BAD_REQUEST;
    if (text.data[5] != '1')
        return ERR_BAD_VERSION;
    *ret_is_old = text.data[7] == '0';
    return OK;
}

static struct http_span span_in(struct bytes text, struct bytes part)
{
    if (part.size == 0)
        return (struct http_span){ 0, 0 };
    return (struct http_span){ (uint16_t)(part.data - text.data), (uint16_t)part.size };
}

/* CONNECT has the authority form and no other, and the asterisk is for OPTIONS (RFC 9112, 3.2). */
static enum err target_judge(struct http_head *head, struct bytes text)
{
    struct target target;

    TRY(target_read(http_span_bytes(head->target, text), &target));
    if ((target.form == TARGET_AUTHORITY) != (head->method == HTTP_CONNECT) ||
        (target.form == TARGET_ASTERISK && head->method != HTTP_OPTIONS))
        return ERR_BAD_REQUEST;
    head->target_form = target.form;
    head->authority = span_in(text, target.authority);
    head->path = span_in(text, target.path);
    head->query = span_in(text, target.query);
    head->has_query = target.has_query;
    return OK;
}

/* method SP request-target SP HTTP-version, with exactly these two spaces. */
static enum err request_line_judge(struct http_head *head, struct bytes text, struct http_span span)
{
    struct bytes line = http_span_bytes(span, text);
    size_t method = http_span_of(line, HTTP_TOKEN), target;
    struct bytes rest;

    if (method == 0 || method == line.size || line.data[method] != ' ')
        return ERR_BAD_REQUEST;
    rest = bytes_from(line, method + 1);
    target = bytes_index(rest, ' ');
    TRY(version_read(bytes_from(rest, target + 1), &head->is_old));
    head->method = method_find(bytes_of(line.data, method));
    head->method_text = (struct http_span){ span.at, (uint16_t)method };
    head->target = (struct http_span){ (uint16_t)(span.at + method + 1), (uint16_t)target };
    return target_judge(head, text);
}

/* Of a list that holds anything else, nothing can be met (RFC 9110, section 10.1.1). */
static enum http_expect expect_read(const struct http_head *head, struct bytes text)
{
    if (!http_fields_have(&head->fields, HTTP_EXPECT))
        return HTTP_EXPECT_NOTHING;
    for (uint8_t at = http_fields_find(&head->fields, text, "Expect", 0); at < head->fields.count;
         at = http_fields_find(&head->fields, text, "Expect", (uint8_t)(at + 1))) {
        struct bytes value = http_span_bytes(head->fields.at[at].value, text);
        if (!bytes_equal_nocase(value, bytes_lit("100-continue")))
            return HTTP_EXPECT_OTHER;
    }
    return HTTP_EXPECT_CONTINUE;
}

/* What only the whole head can show: that there is a Host, that the target agrees with it, and what
 * HTTP/1.0 has no notion of (RFC 9112, sections 3.2 and 6.1; RFC 9110, section 10.1.1). */
static enum err head_judge(struct http_head *head, struct bytes text)
{
    struct bytes host = http_fields_known(&head->fields, text, HTTP_HOST);

    if (!http_fields_have(&head->fields, HTTP_HOST) && !head->is_old)
        return ERR_BAD_REQUEST;
    if (head->is_old && head->fields.framing == HTTP_CHUNKED)
        return ERR_BAD_REQUEST;
    if (head->target_form == TARGET_ABSOLUTE && http_fields_have(&head->fields, HTTP_HOST) &&
        !bytes_equal_nocase(host, http_span_bytes(head->authority, text)))
        return ERR_BAD_REQUEST;
    head->expect = head->is_old ? HTTP_EXPECT_NOTHING : expect_read(head, text);
    head->keep_alive = !head->is_old && !head->fields.close;
    return OK;
}

static enum err line_judge(struct http_head *head, struct bytes text, struct http_span line)
{
    if (head->part == REQUEST_LINE) {
        if (line.size == 0)
            return head->empty_lines++ < HTTP_EMPTY_LINES_MAX ? OK : ERR_BAD_REQUEST;
        head->part = FIELD_LINES;
        return request_line_judge(head, text, line);
    }
    if (line.size > 0)
        return http_fields_add(&head->fields, text, line);
    head->part = READ;
    head->size = (uint16_t)(line.at + 2);
    return head_judge(head, text);
}

enum http_step http_head_read(struct http_head *head, struct bytes text)
{
    while (head->part < READ) {
        struct http_span line;
        enum http_step step = http_lines_next(&head->lines, text, &line);
        if (step == HTTP_MORE)
            return HTTP_MORE;
        head->err = step == HTTP_BAD ? head->lines.err : line_judge(head, text, line);
        if (head->err != OK)
            head->part = REFUSED;
    }
    return head->part == READ ? HTTP_DONE : HTTP_BAD;
}

bool http_head_field(const struct http_head *head, struct bytes text, const char *name,
                     struct bytes *ret_value)
{
    uint8_t at = http_fields_find(&head->fields, text, name, 0);

    if (at == head->fields.count)
        return false;
    *ret_value = http_span_bytes(head->fields.at[at].value, text);
    return true;
}
