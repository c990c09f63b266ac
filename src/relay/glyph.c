#include "relay/glyph.h"

static struct glyph as_it_stands(uint8_t byte)
{
    return (struct glyph){ byte < 0x80 ? byte : GLYPH_OTHER, 1, false };
}

static struct glyph escaped(uint32_t character, size_t size)
{
    return (struct glyph){ character < 0x80 ? (uint8_t)character : GLYPH_OTHER, (uint8_t)size,
                           true };
}

/* What begins like an escape ends with the text. */
static struct glyph cut_off(struct bytes text, bool is_last)
{
    return is_last ? as_it_stands(text.data[0]) : (struct glyph){ 0 };
}

static bool read_digit(uint8_t byte, uint32_t radix, uint32_t *value)
{
    uint8_t lower = byte | 0x20;
    uint32_t digit = 99;

    if (byte >= '0' && byte <= '9')
        digit = (uint32_t)(byte - '0');
    else if (lower >= 'a' && lower <= 'f')
        digit = (uint32_t)(lower - 'a') + 10;
    if (digit >= radix)
        return false;
    *value = *value * radix + digit;
    return true;
}

/* `count` hex digits behind a prefix of `at` bytes. */
static struct glyph read_hex(struct bytes text, size_t at, size_t count, bool is_last)
{
    uint32_t value = 0;

    for (size_t i = at; i < at + count; i++) {
        if (i == text.size)
            return cut_off(text, is_last);
        if (!read_digit(text.data[i], 16, &value))
            return as_it_stands(text.data[0]);
    }
    return escaped(value, at + count);
}

static struct glyph read_json(struct bytes text, bool is_last)
{
    if (text.data[0] != '\\')
        return as_it_stands(text.data[0]);
    if (text.size == 1)
        return cut_off(text, is_last);
    switch (text.data[1]) {
    case 'u': return read_hex(text, 2, 4, is_last);
    case 'b': return escaped('\b', 2);
    case 'f': return escaped('\f', 2);
    case 'n': return escaped('\n', 2);
    case 'r': return escaped('\r', 2);
    case 't': return escaped('\t', 2);
    default: return escaped(text.data[1], 2);
    }
}

static struct glyph read_percent(struct bytes text, bool is_last)
{
    if (text.data[0] == '+')
        return escaped(' ', 1);
    if (text.data[0] != '%')
        return as_it_stands(text.data[0]);
    return read_hex(text, 1, 2, is_last);
}

/* What stands between & and ; as a character, or false. */
static bool read_reference(struct bytes name, uint32_t *ret_character)
{
    static const struct {
        const char *name;
        char character;
    } entities[] = {
        { "quot", '"' }, { "amp", '&' }, { "apos", '\'' }, { "lt", '<' }, { "gt", '>' }
    };
    bool is_hex = bytes_start_with(name, bytes_lit("#x"));
    size_t digits_at = is_hex ? 2 : 1;
    uint32_t value = 0;

    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        if (bytes_equal(name, bytes_str(entities[i].name))) {
            *ret_character = (uint32_t)entities[i].character;
            return true;
        }
    }
    if (!bytes_start_with(name, bytes_lit("#")) || name.size == digits_at)
        return false;
    for (size_t i = digits_at; i < name.size; i++) {
        if (!read_digit(name.data[i], is_hex ? 16 : 10, &value))
            return false;
    }
    *ret_character = value;
    return true;
}

static bool may_name(uint8_t byte)
{
    uint8_t lower = byte | 0x20;

    return byte == '#' || (byte >= '0' && byte <= '9') || (lower >= 'a' && lower <= 'z');
}

static struct glyph read_xml(struct bytes text, bool is_last)
{
    uint32_t character;

    if (text.data[0] != '&')
        return as_it_stands(text.data[0]);
    for (size_t i = 1; i < GLYPH_SIZE_MAX; i++) {
        if (i == text.size)
            return cut_off(text, is_last);
        if (text.data[i] == ';' && read_reference(bytes_of(text.data + 1, i - 1), &character))
            return escaped(character, i + 1);
        if (!may_name(text.data[i]))
            break;
    }
    return as_it_stands('&');
}

struct glyph glyph_read(struct bytes text, enum content content, bool is_last)
{
    switch (content) {
    case CONTENT_JSON: return read_json(text, is_last);
    case CONTENT_XML: return read_xml(text, is_last);
    case CONTENT_FORM:
    case CONTENT_QUERY: return read_percent(text, is_last);
    case CONTENT_TEXT:
    case CONTENT_HEADER: break;
    }
    return as_it_stands(text.data[0]);
}
