#include "wire/form.h"

#include "wire/target.h"

bool form_next(struct bytes *rest, struct form_pair *ret_pair)
{
    while (rest->size > 0) {
        size_t size = bytes_index(*rest, '&'), name;
        struct bytes pair = bytes_of(rest->data, size);

        *rest = bytes_from(*rest, size + 1);
        if (size == 0)
            continue;
        name = bytes_index(pair, '=');
        ret_pair->name = bytes_of(pair.data, name);
        ret_pair->value = bytes_from(pair, name + 1);
        return true;
    }
    return false;
}

void form_decode(struct bytes raw, struct buf *out)
{
    target_decode(raw, true, out);
}

static bool stands_for_itself(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || byte == '*' || byte == '-' || byte == '.' || byte == '_';
}

void form_encode(struct bytes text, struct buf *out)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = text.data[i];
        uint8_t escaped[3] = { '%', (uint8_t)digits[byte >> 4], (uint8_t)digits[byte & 15] };
        if (stands_for_itself(byte))
            buf_add_u8(out, byte);
        else if (byte == ' ')
            buf_add_u8(out, '+');
        else
            buf_add(out, bytes_of(escaped, sizeof(escaped)));
    }
}
