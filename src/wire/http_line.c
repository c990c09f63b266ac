#include "wire/http_line.h"

#include <endian.h>

enum {
    DIGIT =
        HTTP_TOKEN | HTTP_PATH | HTTP_QUERY | HTTP_REG_NAME | HTTP_HEX | HTTP_DIGIT | HTTP_QUOTED,
    HEX_LETTER = HTTP_TOKEN | HTTP_PATH | HTTP_QUERY | HTTP_REG_NAME | HTTP_HEX | HTTP_QUOTED,
    LETTER = HTTP_TOKEN | HTTP_PATH | HTTP_QUERY | HTTP_REG_NAME | HTTP_QUOTED,
    SUB_DELIM = HTTP_PATH | HTTP_QUERY | HTTP_REG_NAME | HTTP_QUOTED,
    PATH_ONLY = HTTP_PATH | HTTP_QUERY | HTTP_QUOTED,
    QUERY_ONLY = HTTP_QUERY | HTTP_QUOTED,
    TOKEN_ONLY = HTTP_TOKEN | HTTP_QUOTED,
};

const uint8_t http_classes[256] = {
    ['\t'] = HTTP_QUOTED,
    [' '] = HTTP_QUOTED,
    ['!'] = LETTER,
    ['"'] = 0,
    ['#'] = TOKEN_ONLY,
    ['$'] = LETTER,
    ['%'] = TOKEN_ONLY,
    ['&'] = LETTER,
    ['\''] = LETTER,
    ['('] = SUB_DELIM,
    [')'] = SUB_DELIM,
    ['*'] = LETTER,
    ['+'] = LETTER,
    [','] = PATH_ONLY,
    ['-'] = LETTER,
    ['.'] = LETTER,
    ['/'] = PATH_ONLY,
    ['0' ... '9'] = DIGIT,
    [':'] = PATH_ONLY,
    [';'] = SUB_DELIM,
    ['<'] = HTTP_QUOTED,
    ['='] = SUB_DELIM,
    ['>'] = HTTP_QUOTED,
    ['?'] = QUERY_ONLY,
    ['@'] = PATH_ONLY,
    ['A' ... 'F'] = HEX_LETTER,
    ['G' ... 'Z'] = LETTER,
    ['['] = QUERY_ONLY,
    ['\\'] = 0,
    [']'] = QUERY_ONLY,
    ['^'] = TOKEN_ONLY,
    ['_'] = LETTER,
    ['`'] = TOKEN_ONLY,
    ['a' ... 'f'] = HEX_LETTER,
    ['g' ... 'z'] = LETTER,
    ['{'] = HTTP_QUOTED,
    ['|'] = TOKEN_ONLY,
    ['}'] = HTTP_QUOTED,
    ['~'] = LETTER,
    [0x80 ... 0xFF] = HTTP_QUOTED,
};

/* The place of the first control character, HTAB among them, from `at` on; or text.size. Eight
 * bytes at a time: the lowest high bit of `found` is exact, those above it may be carried over. */
static size_t control_index(struct bytes text, size_t at)
{
    const uint64_t ones = UINT64_MAX / 255, highs = ones << 7;

    for (; text.size - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        uint64_t word, found;

        memcpy(&word, text.data + at, sizeof(word));
        word = le64toh(word);
        found = (((word - ones * 0x20) & ~word) | ((word ^ (ones * 0x7F)) - ones)) & highs;
        found &= ~word;
        if (found != 0)
            return at + (size_t)__builtin_ctzll(found) / 8;
    }
    while (at < text.size && text.data[at] >= 0x20 && text.data[at] != 0x7F)
        at++;
    return at;
}

enum http_step http_line_end(struct bytes text, size_t from, size_t *ret_end)
{
    size_t at = control_index(text, from);

    while (at < text.size && text.data[at] == '\t')
        at = control_index(text, at + 1);
    *ret_end = at;
    if (at == text.size)
        return HTTP_MORE;
    if (text.data[at] != '\r')
        return HTTP_BAD;
    if (at + 1 == text.size)
        return HTTP_MORE;
    return text.data[at + 1] == '\n' ? HTTP_DONE : HTTP_BAD;
}

enum http_step http_lines_next(struct http_lines *lines, struct bytes text,
                               struct http_span *ret_line)
{
    size_t size = text.size < lines->size_max ? text.size : lines->size_max, end;
    enum http_step step = http_line_end(bytes_of(text.data, size), lines->seen, &end);

    lines->seen = (uint16_t)end;
    if (step == HTTP_BAD)
        lines->err = ERR_BAD_REQUEST;
    if (step == HTTP_MORE && size == lines->size_max) {
        lines->err = ERR_HEAD_TOO_LARGE;
        return HTTP_BAD;
    }
    if (step == HTTP_DONE) {
        *ret_line = (struct http_span){ lines->next, (uint16_t)(end - lines->next) };
        lines->next = lines->seen = (uint16_t)(end + 2);
    }
    return step;
}

size_t http_span_of(struct bytes text, enum http_class class)
{
    size_t size = 0;

    while (size < text.size && http_is(text.data[size], class))
        size++;
    return size;
}

bool http_is_all(struct bytes text, enum http_class class)
{
    return text.size > 0 && http_span_of(text, class) == text.size;
}

bool http_is_encoded(struct bytes text, enum http_class class)
{
    size_t at = http_span_of(text, class);

    while (at < text.size) {
        if (text.data[at] != '%' || text.size - at < 3 || !http_is(text.data[at + 1], HTTP_HEX) ||
            !http_is(text.data[at + 2], HTTP_HEX))
            return false;
        at += 3;
        at += http_span_of(bytes_from(text, at), class);
    }
    return true;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

struct bytes http_trim(struct bytes text)
{
    while (text.size > 0 && is_blank(text.data[text.size - 1]))
        text.size--;
    while (text.size > 0 && is_blank(text.data[0]))
        text = bytes_from(text, 1);
    return text;
}

bool http_list_next(struct bytes *rest, struct bytes *ret_element)
{
    while (rest->size > 0) {
        size_t size = bytes_index(*rest, ',');
        struct bytes element = http_trim(bytes_of(rest->data, size));

        *rest = bytes_from(*rest, size + 1);
        if (element.size > 0) {
            *ret_element = element;
            return true;
        }
    }
    return false;
}

bool http_list_has(struct bytes list, struct bytes token)
{
    struct bytes element;

    while (http_list_next(&list, &element)) {
        if (bytes_equal_nocase(element, token))
            return true;
    }
    return false;
}
