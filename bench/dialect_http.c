#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/dialect.h"

enum { STATUS_AT = sizeof("HTTP/1.1 ") - 1, STATUS_SIZE = 3 };

/* The value after `name` within `text`, up to any of `ends`. */
static struct bytes value_after(struct bytes text, struct bytes name, const char *ends)
{
    const uint8_t *at = memmem(text.data, text.size, name.data, name.size);
    struct bytes rest, value;

    if (at == NULL)
        return bytes_of(NULL, 0);
    rest = bytes_from(text, (size_t)(at - text.data) + name.size);
    value = bytes_of(rest.data, 0);
    while (value.size < rest.size && strchr(ends, rest.data[value.size]) == NULL)
        value.size++;
    return value;
}

/* Both servers write the field in this case; 204 has none. */
static size_t content_length(struct bytes head)
{
    const struct bytes digits = value_after(head, bytes_lit("\r\nContent-Length: "), "\r");
    size_t length = 0;

    for (size_t i = 0; i < digits.size && i < 9; i++)
        length = length * 10 + (size_t)(digits.data[i] - '0');
    return length;
}

static void name_problem(struct bytes text, struct answer *answer)
{
    const struct bytes code = value_after(text, bytes_lit("\"code\":\""), "\"");

    (void)snprintf(answer->code, sizeof(answer->code), "%.*s%s%.*s", STATUS_SIZE,
                   (const char *)text.data + STATUS_AT, code.size > 0 ? " " : "",
                   (int)(code.size < CODE_SIZE ? code.size : CODE_SIZE), (const char *)code.data);
}

static enum answer_step read_answer(struct bytes text, bool has_body, struct answer *ret_answer)
{
    const uint8_t *end;
    struct bytes head;

    if (text.size < STATUS_AT + STATUS_SIZE)
        return ANSWER_MORE;
    if (memcmp(text.data, "HTTP/1.1 ", STATUS_AT) != 0)
        return ANSWER_BROKEN;
    end = memmem(text.data, text.size, "\r\n\r\n", 4);
    if (end == NULL)
        return ANSWER_MORE;
    head = bytes_of(text.data, (size_t)(end - text.data) + 2);
    ret_answer->size = head.size + 2 + (has_body ? content_length(head) : 0);
    if (ret_answer->size > text.size)
        return ANSWER_MORE;
    ret_answer->code[0] = '\0';
    if (text.data[STATUS_AT] != '2')
        name_problem(bytes_of(text.data, ret_answer->size), ret_answer);
    return ANSWER_DONE;
}

static enum answer_step answered(struct bytes text, struct answer *ret_answer)
{
    return read_answer(text, true, ret_answer);
}

static enum answer_step head_answered(struct bytes text, struct answer *ret_answer)
{
    return read_answer(text, false, ret_answer);
}

const struct dialect dialect_http_head = { .name = "http", .answered = head_answered };
const struct dialect dialect_http = { .name = "http", .answered = answered };
