#include "wire/http_writer.h"

#include <stdio.h>
#include <time.h>

#include "base/must.h"
#include "wire/http_line.h"

void http_date_set(struct http_date *date, int64_t now_ms)
{
    static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    time_t second = (time_t)(now_ms / 1000);
    struct tm tm;

    if (date->text[0] != '\0' && date->second == second)
        return;
    must(gmtime_r(&second, &tm) != NULL && tm.tm_year < 8100);
    date->second = second;
    (void)snprintf(date->text, sizeof(date->text), "%s, %02u %s %04u %02u:%02u:%02u GMT",
                   days[tm.tm_wday], (unsigned)tm.tm_mday % 100, months[tm.tm_mon],
                   (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)tm.tm_hour % 100,
                   (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
}

static const struct reason_row {
    int status;
    const char *reason;
} reasons[] = {
    { 100, "Continue" },
    { 200, "OK" },
    { 201, "Created" },
    { 202, "Accepted" },
    { 204, "No Content" },
    { 206, "Partial Content" },
    { 301, "Moved Permanently" },
    { 302, "Found" },
    { 303, "See Other" },
    { 304, "Not Modified" },
    { 307, "Temporary Redirect" },
    { 308, "Permanent Redirect" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 402, "Payment Required" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 406, "Not Acceptable" },
    { 408, "Request Timeout" },
    { 409, "Conflict" },
    { 410, "Gone" },
    { 411, "Length Required" },
    { 412, "Precondition Failed" },
    { 413, "Content Too Large" },
    { 415, "Unsupported Media Type" },
    { 417, "Expectation Failed" },
    { 422, "Unprocessable Content" },
    { 424, "Failed Dependency" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 500, "Internal Server Error" },
    { 501, "Not Implemented" },
    { 502, "Bad Gateway" },
    { 503, "Service Unavailable" },
    { 504, "Gateway Timeout" },
    { 505, "HTTP Version Not Supported" },
    { 507, "Insufficient Storage" },
};

const char *http_reason(int status)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == status)
            return reasons[i].reason;
    }
    return "";
}

/* No control character but HTAB, so nothing that could begin a line of its own. */
static bool is_one_line(struct bytes text)
{
    size_t end;

    return http_line_end(text, 0, &end) == HTTP_MORE && end == text.size;
}

void http_write_field_named(struct buf *out, struct bytes name, struct bytes value)
{
    if (!http_is_all(name, HTTP_TOKEN) || !is_one_line(value)) {
        out->failed = true;
        return;
    }
    buf_add(out, name);
    buf_add(out, bytes_lit(": "));
    buf_add(out, value);
    buf_add(out, bytes_lit("\r\n"));
}

void http_write_field(struct buf *out, const char *name, struct bytes value)
{
    must(http_is_all(bytes_str(name), HTTP_TOKEN));
    http_write_field_named(out, bytes_str(name), value);
}

void http_write_field_str(struct buf *out, const char *name, const char *value)
{
    http_write_field(out, name, bytes_str(value));
}

void http_write_field_number(struct buf *out, const char *name, uint64_t value)
{
    buf_add_str(out, name);
    buf_add(out, bytes_lit(": "));
    buf_add_decimal(out, value);
    buf_add(out, bytes_lit("\r\n"));
}

/* The reason stays away where there is none; the space before it does not (RFC 9112, section 4). */
static void write_status(struct buf *out, int status)
{
    must(status >= 100 && status <= 999);
    buf_add(out, bytes_lit("HTTP/1.1 "));
    buf_add_decimal(out, (uint64_t)status);
    buf_add(out, bytes_lit(" "));
    buf_add_str(out, http_reason(status));
    buf_add(out, bytes_lit("\r\n"));
}

static void write_framing(struct buf *out, const struct http_answer *answer)
{
    if (answer->status < 200 || answer->status == 204 || answer->status == 304)
        return;
    switch (answer->body) {
    case HTTP_ANSWER_LENGTH:
        http_write_field_number(out, "Content-Length", answer->content_length);
        break;
    case HTTP_ANSWER_CHUNKED: http_write_field_str(out, "Transfer-Encoding", "chunked"); break;
    case HTTP_ANSWER_UNTIL_CLOSE: must(answer->close); break;
    }
}

void http_write_head_end(struct buf *out)
{
    buf_add(out, bytes_lit("\r\n"));
}

void http_write_answer(struct buf *out, const struct http_answer *answer)
{
    write_status(out, answer->status);
    http_write_field_str(out, "Date", answer->date);
    if (answer->content_type != NULL)
        http_write_field_str(out, "Content-Type", answer->content_type);
    write_framing(out, answer);
    if (answer->request_id.size > 0)
        http_write_field(out, "Pangate-Request-Id", answer->request_id);
    if (answer->close)
        http_write_field_str(out, "Connection", "close");
    buf_add(out, answer->fields);
    http_write_head_end(out);
}

void http_write_request_line(struct buf *out, struct bytes method, struct bytes target)
{
    if (!http_is_all(method, HTTP_TOKEN) || !http_is_encoded(target, HTTP_QUERY)) {
        out->failed = true;
        return;
    }
    buf_add(out, method);
    buf_add(out, bytes_lit(" "));
    buf_add(out, target);
    buf_add(out, bytes_lit(" HTTP/1.1\r\n"));
}

void http_write_continue(struct buf *out)
{
    write_status(out, 100);
    http_write_head_end(out);
}

void http_write_chunk(struct buf *out, struct bytes content)
{
    if (content.size == 0)
        return;
    buf_format(out, "%zx\r\n", content.size);
    buf_add(out, content);
    buf_add(out, bytes_lit("\r\n"));
}

void http_write_last_chunk(struct buf *out)
{
    buf_add(out, bytes_lit("0\r\n\r\n"));
}
