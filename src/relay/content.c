#include "relay/content.h"

/* The type and subtype, without parameters and white space. */
static struct bytes essence(struct bytes value)
{
    value.size = bytes_index(value, ';');
    while (value.size > 0 && (value.data[0] == ' ' || value.data[0] == '\t'))
        value = bytes_from(value, 1);
    while (value.size > 0 &&
           (value.data[value.size - 1] == ' ' || value.data[value.size - 1] == '\t'))
        value.size--;
    return value;
}

/* The subtype is this one, or has it as its structured suffix (RFC 6838, section 4.2.8). */
static bool is_subtype(struct bytes type, const char *name)
{
    struct bytes subtype = bytes_from(type, bytes_index(type, '/') + 1), wanted = bytes_str(name);
    struct bytes end = bytes_from(subtype, subtype.size - wanted.size);

    if (subtype.size < wanted.size || !bytes_equal_nocase(end, wanted))
        return false;
    return subtype.size == wanted.size || end.data[-1] == '+';
}

enum content content_of(struct bytes content_type)
{
    struct bytes type = essence(content_type);

    if (bytes_equal_nocase(type, bytes_lit("application/x-www-form-urlencoded")))
        return CONTENT_FORM;
    if (is_subtype(type, "json"))
        return CONTENT_JSON;
    if (is_subtype(type, "xml") || bytes_equal_nocase(type, bytes_lit("text/html")))
        return CONTENT_XML;
    return CONTENT_TEXT;
}

enum content content_guess(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (c == '{' || c == '[')
            return CONTENT_JSON;
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
            return CONTENT_TEXT;
    }
    return CONTENT_TEXT;
}
