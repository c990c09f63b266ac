#include "wire/http_response_head.h"

#include "base/must.h"

enum head_part { STATUS_LINE, FIELD_LINES, READ, REFUSED };

void http_response_head_start(struct http_response_head *head, size_t size_max)
{
    must(size_max <= HTTP_HEAD_SIZE_MAX);
    head->err = OK;
    head->lines = http_lines_start((uint16_t)size_max);
    head->part = STATUS_LINE;
    http_fields_start(&head->fields);
}

/* HTTP-version SP status-code [ SP [ reason-phrase ] ]; section 4 says to ignore the reason. */
static enum err status_line_judge(struct http_response_head *head, struct bytes line)
{
    struct bytes code = bytes_from(line, 9);

    if (line.size < 12 || !bytes_start_with(line, bytes_lit("HTTP/")) || line.data[6] != '.' ||
        !http_is(line.data[5], HTTP_DIGIT) || !http_is(line.data[7], HTTP_DIGIT) ||
        line.data[8] != ' ' || http_span_of(bytes_of(code.data, 3), HTTP_DIGIT) != 3 ||
        (line.size > 12 && line.data[12] != ' '))
        return ERR_BAD_REQUEST;
    if (line.data[5] != '1')
        return ERR_BAD_VERSION;
    head->is_old = line.data[7] == '0';
    head->status =
        (uint16_t)((code.data[0] - '0') * 100 + (code.data[1] - '0') * 10 + (code.data[2] - '0'));
    return head->status >= 100 && head->status < 600 ? OK : ERR_BAD_REQUEST;
}

/* HTTP/1.0 knows no chunks: whoever sends both means something else (RFC 9112, section 6.1). */
static enum err head_judge(struct http_response_head *head)
{
    if (head->is_old && head->fields.framing == HTTP_CHUNKED)
        return ERR_BAD_REQUEST;
    head->keep_alive = !head->fields.close && (!head->is_old || head->fields.keep_alive);
    return OK;
}

static enum err line_judge(struct http_response_head *head, struct bytes text,
                           struct http_span line)
{
    if (head->part == STATUS_LINE) {
        head->part = FIELD_LINES;
        return status_line_judge(head, http_span_bytes(line, text));
    }
    if (line.size > 0)
        return http_fields_add(&head->fields, text, line);
    head->part = READ;
    head->size = (uint16_t)(line.at + 2);
    return head_judge(head);
}

enum http_step http_response_head_read(struct http_response_head *head, struct bytes text)
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

enum err http_response_body_start(const struct http_response_head *head, enum http_method method,
                                  uint64_t size_max, struct http_body *ret_body)
{
    struct http_fields none;

    http_fields_start(&none);
    if (method == HTTP_HEAD || head->status < 200 || head->status == 204 || head->status == 304)
        return http_body_start(ret_body, &none, size_max);
    if (head->fields.framing != HTTP_NO_BODY)
        return http_body_start(ret_body, &head->fields, size_max);
    http_body_start_until_close(ret_body, size_max);
    return OK;
}
