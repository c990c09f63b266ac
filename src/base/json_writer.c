#include "base/json_writer.h"

/* The size of the UTF-8 sequence at the front (RFC 3629, section 4), or 0 if it is none. */
static size_t utf8_size(struct bytes text)
{
    uint8_t first = text.data[0], least = 0x80, most = 0xBF;
    size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    if ((first >= 0x80 && first < 0xC2) || first > 0xF4 || text.size < size)
        return 0;
    if (first == 0xE0)
        least = 0xA0;
    if (first == 0xED)
        most = 0x9F;
    if (first == 0xF0)
        least = 0x90;
    if (first == 0xF4)
        most = 0x8F;
    for (size_t i = 1; i < size; i++) {
        if (text.data[i] < least || text.data[i] > most)
            return 0;
        least = 0x80;
        most = 0xBF;
    }
    return size;
}

static void escape_byte(struct buf *out, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t escaped[6] = {
        '\\', 'u', '0', '0', (uint8_t)digits[byte >> 4], (uint8_t)digits[byte & 15]
    };

    if (byte == '"' || byte == '\\') {
        escaped[1] = byte;
        buf_add(out, bytes_of(escaped, 2));
    } else {
        buf_add(out, bytes_of(escaped, 6));
    }
}

/* What stands for itself in a string: all of ASCII but controls, quote and backslash. */
static const bool plain[256] = {
    [' '] = true,
    ['!'] = true,
    ['#' ... '['] = true,
    [']' ... '~'] = true,
};

static size_t plain_size(struct bytes text)
{
    size_t size = 0;

    while (size < text.size && plain[text.data[size]])
        size++;
    return size;
}

void json_escape(struct buf *out, struct bytes value)
{
    while (value.size > 0) {
        size_t size = plain_size(value), sequence;

        buf_add(out, bytes_of(value.data, size));
        value = bytes_from(value, size);
        if (value.size == 0)
            return;
        sequence = utf8_size(value);
        if (sequence == 1)
            escape_byte(out, value.data[0]);
        else if (sequence == 0)
            buf_add_str(out, "\xEF\xBF\xBD");
        else
            buf_add(out, bytes_of(value.data, sequence));
        value = bytes_from(value, sequence == 0 ? 1 : sequence);
    }
}

static void quote(struct buf *out, struct bytes value)
{
    buf_add_u8(out, '"');
    json_escape(out, value);
    buf_add_u8(out, '"');
}

/* Our own names need no escaping, so a member begins in one piece. */
static void begin(struct json_writer *json, const char *name)
{
    size_t size = name == NULL ? 0 : strlen(name), at = 0;
    uint8_t *to = buf_reserve(json->out, size + 4);

    if (to == NULL)
        return;
    if (json->comma)
        to[at++] = ',';
    if (name != NULL) {
        to[at++] = '"';
        memcpy(to + at, name, size);
        at += size;
        to[at++] = '"';
        to[at++] = ':';
    }
    buf_grown(json->out, at);
    json->comma = true;
}

void json_open(struct json_writer *json, const char *name, char bracket)
{
    begin(json, name);
    buf_add_u8(json->out, (uint8_t)bracket);
    json->comma = false;
}

void json_close(struct json_writer *json, char bracket)
{
    buf_add_u8(json->out, (uint8_t)bracket);
    json->comma = true;
}

void json_text(struct json_writer *json, const char *name, struct bytes value)
{
    begin(json, name);
    quote(json->out, value);
}

void json_str(struct json_writer *json, const char *name, const char *value)
{
    json_text(json, name, bytes_str(value));
}

static void add_number(struct buf *out, int64_t value)
{
    if (value < 0)
        buf_add_u8(out, '-');
    buf_add_decimal(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void json_number(struct json_writer *json, const char *name, int64_t value)
{
    begin(json, name);
    add_number(json->out, value);
}

void json_decimal_string(struct json_writer *json, const char *name, uint64_t value)
{
    begin(json, name);
    buf_add_u8(json->out, '"');
    buf_add_decimal(json->out, value);
    buf_add_u8(json->out, '"');
}

void json_bool(struct json_writer *json, const char *name, bool value)
{
    begin(json, name);
    buf_add_str(json->out, value ? "true" : "false");
}

void json_raw(struct json_writer *json, const char *name, struct bytes value)
{
    begin(json, name);
    buf_add(json->out, value);
}

void json_text_named(struct json_writer *json, struct bytes name, struct bytes value)
{
    begin(json, NULL);
    quote(json->out, name);
    buf_add_u8(json->out, ':');
    quote(json->out, value);
}
