#include "net/der.h"

#include <stddef.h>

enum { LENGTH_BYTES_MAX = 3, LONG_TAG = 0x1f };

/* X.690, section 8.1.3: one byte up to 127, else the fewest that hold it. */
static bool take_length(struct bytes *text, size_t *ret_length)
{
    size_t length, count;

    if (text->size == 0)
        return false;
    length = text->data[0];
    *text = bytes_from(*text, 1);
    if (length >= 0x80) {
        count = length & 0x7f;
        if (count == 0 || count > LENGTH_BYTES_MAX || count > text->size || text->data[0] == 0)
            return false;
        length = 0;
        for (size_t i = 0; i < count; i++)
            length = length << 8 | text->data[i];
        if (length < 0x80)
            return false;
        *text = bytes_from(*text, count);
    }
    *ret_length = length;
    return length <= text->size;
}

bool der_take(struct bytes *text, struct der *ret_element)
{
    struct bytes rest = *text;
    uint8_t tag;
    size_t length;

    if (rest.size == 0)
        return false;
    tag = rest.data[0];
    rest = bytes_from(rest, 1);
    if ((tag & LONG_TAG) == LONG_TAG || !take_length(&rest, &length))
        return false;
    *ret_element = (struct der){ tag, bytes_of(rest.data, length) };
    *text = bytes_from(rest, length);
    return true;
}

static bool is_strict_integer(struct bytes value)
{
    if (value.size == 0)
        return false;
    return value.size == 1 || (value.data[0] != 0x00 && value.data[0] != 0xff) ||
           (value.data[0] ^ value.data[1]) >> 7;
}

static bool is_strict_primitive(const struct der *element)
{
    switch (element->tag) {
    case DER_BOOLEAN:
        return element->content.size == 1 &&
               (element->content.data[0] == 0x00 || element->content.data[0] == 0xff);
    case DER_INTEGER: return is_strict_integer(element->content);
    case DER_OID: return element->content.size > 0;
    default: return true;
    }
}

bool der_is_strict(struct bytes text)
{
    struct bytes open[DER_DEPTH_MAX] = { text }; /* what is left of each element we are in */
    size_t depth = 1;
    bool first = true;

    while (depth > 0) {
        struct bytes *rest = &open[depth - 1];
        struct der element;

        if (rest->size == 0 && !first) {
            depth--;
            continue;
        }
        if ((depth == 1 && !first) || !der_take(rest, &element) || !is_strict_primitive(&element))
            return false;
        first = false;
        if (!(element.tag & DER_CONSTRUCTED))
            continue;
        if (depth == DER_DEPTH_MAX)
            return false;
        open[depth++] = element.content;
    }
    return true;
}

/* The size of the UTF-8 sequence at the front (RFC 3629, section 4), 0 if there is none. */
static size_t utf8_size(struct bytes text)
{
    const uint8_t *at = text.data;
    const size_t size = at[0] < 0x80   ? 1
                        : at[0] < 0xc2 ? 0
                        : at[0] < 0xe0 ? 2
                        : at[0] < 0xf0 ? 3
                        : at[0] < 0xf5 ? 4
                                       : 0;

    if (size == 0 || size > text.size)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return size;
}

bool der_text_is_clean(struct bytes text, uint8_t tag)
{
    if (tag != DER_UTF8_STRING && tag != DER_PRINTABLE_STRING && tag != DER_IA5_STRING)
        return false;
    while (text.size > 0) {
        const uint8_t byte = text.data[0];
        const size_t size = utf8_size(text);

        if (size == 0 || byte < 0x20 || byte == 0x7f || (tag != DER_UTF8_STRING && size > 1) ||
            (byte == 0xc2 && text.data[1] < 0xa0)) /* C1 controls */
            return false;
        text = bytes_from(text, size);
    }
    return true;
}
