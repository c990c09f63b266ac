#include "service/text.h"

#include "base/cursor.h"
#include "card/pan_find.h"

enum err text_check(struct bytes text, size_t size_max)
{
    if (text_holds_pan(text))
        return ERR_PAN_IN_TEXT;
    return text.size > size_max ? ERR_BAD_REQUEST : OK;
}

bool metadata_next(struct bytes *at, struct bytes *ret_name, struct bytes *ret_value)
{
    struct cursor cursor = cursor_on(*at);

    *ret_name = cursor_bytes8(&cursor);
    *ret_value = cursor_bytes16(&cursor);
    *at = cursor.rest;
    return cursor_check(&cursor) == OK;
}

enum err metadata_drop(struct buf *metadata, struct bytes name)
{
    struct bytes rest = buf_bytes(metadata), other, value;

    TRY(text_check(name, METADATA_NAME_MAX));
    while (metadata_next(&rest, &other, &value)) {
        size_t end = metadata->size - rest.size, size = 3 + other.size + value.size;
        if (!bytes_equal(name, other))
            continue;
        memmove(metadata->data + end - size, metadata->data + end, rest.size);
        buf_cut(metadata, metadata->size - size);
        return OK;
    }
    return OK;
}

enum err metadata_pair_check(struct bytes name, struct bytes value)
{
    TRY(text_check(name, SIZE_MAX));
    TRY(text_check(value, METADATA_VALUE_MAX));
    return text_check(name, METADATA_NAME_MAX);
}

enum err metadata_put(struct buf *metadata, struct bytes name, struct bytes value)
{
    TRY(metadata_pair_check(name, value));
    TRY(metadata_drop(metadata, name));
    buf_add_bytes8(metadata, name);
    buf_add_bytes16(metadata, value);
    return buf_check(metadata) == OK ? OK : ERR_BAD_REQUEST;
}

enum err metadata_check(const struct buf *metadata)
{
    struct bytes rest = buf_bytes(metadata), name, value;
    size_t pairs = 0, size = 0;

    while (metadata_next(&rest, &name, &value)) {
        pairs++;
        size += name.size + value.size;
    }
    return pairs > METADATA_PAIRS_MAX || size > METADATA_TEXT_MAX ? ERR_BAD_REQUEST : OK;
}

enum err routes_put(struct buf *routes, struct bytes name)
{
    TRY(text_check(name, ROUTE_NAME_MAX));
    if (name.size == 0)
        return ERR_BAD_REQUEST;
    buf_add_bytes8(routes, name);
    return buf_check(routes) == OK ? OK : ERR_BAD_REQUEST;
}

bool routes_next(struct bytes *at, struct bytes *ret_name)
{
    struct cursor cursor = cursor_on(*at);

    *ret_name = cursor_bytes8(&cursor);
    *at = cursor.rest;
    return cursor_check(&cursor) == OK;
}
