#include "base/bytes.h"

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + ('a' - 'A')) : byte;
}

bool bytes_equal_nocase(struct bytes a, struct bytes b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    }
    return true;
}

bool bytes_start_with(struct bytes text, struct bytes prefix)
{
    return text.size >= prefix.size && bytes_equal(bytes_of(text.data, prefix.size), prefix);
}

bool bytes_end_with(struct bytes text, struct bytes suffix)
{
    return text.size >= suffix.size &&
           bytes_equal(bytes_from(text, text.size - suffix.size), suffix);
}

struct bytes bytes_from(struct bytes text, size_t from)
{
    if (from >= text.size)
        return bytes_of(NULL, 0);
    return bytes_of(text.data + from, text.size - from);
}

size_t bytes_index(struct bytes text, uint8_t byte)
{
    const uint8_t *found = text.size == 0 ? NULL : memchr(text.data, byte, text.size);

    return found == NULL ? text.size : (size_t)(found - text.data);
}

bool bytes_copy_text(struct bytes text, char *ret_text, size_t size)
{
    bool fits = text.size < size && bytes_index(text, 0) == text.size;

    ret_text[0] = '\0';
    if (!fits)
        return false;
    if (text.size > 0)
        memcpy(ret_text, text.data, text.size);
    ret_text[text.size] = '\0';
    return true;
}
