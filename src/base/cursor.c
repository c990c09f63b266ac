#include "base/cursor.h"

struct bytes cursor_bytes(struct cursor *cursor, size_t size)
{
    struct bytes taken;

    if (cursor->failed || cursor->rest.size < size) {
        cursor->failed = true;
        return bytes_of(NULL, 0);
    }
    taken = bytes_of(cursor->rest.data, size);
    cursor->rest = bytes_from(cursor->rest, size);
    return taken;
}

static uint64_t read_integer(struct cursor *cursor, size_t size)
{
    struct bytes bytes = cursor_bytes(cursor, size);
    uint64_t value = 0;

    for (size_t i = 0; i < bytes.size; i++)
        value = value << 8 | bytes.data[i];
    return value;
}

uint8_t cursor_u8(struct cursor *cursor)
{
    return (uint8_t)read_integer(cursor, 1);
}

uint16_t cursor_u16(struct cursor *cursor)
{
    return (uint16_t)read_integer(cursor, 2);
}

uint32_t cursor_u32(struct cursor *cursor)
{
    return (uint32_t)read_integer(cursor, 4);
}

uint64_t cursor_u64(struct cursor *cursor)
{
    return read_integer(cursor, 8);
}

void cursor_copy(struct cursor *cursor, void *ret_data, size_t size)
{
    struct bytes bytes = cursor_bytes(cursor, size);

    if (bytes.size == size && size > 0)
        memcpy(ret_data, bytes.data, size);
    else
        memset(ret_data, 0, size);
}

struct bytes cursor_bytes8(struct cursor *cursor)
{
    size_t size = cursor_u8(cursor);

    return cursor_bytes(cursor, size);
}

struct bytes cursor_bytes16(struct cursor *cursor)
{
    size_t size = cursor_u16(cursor);

    return cursor_bytes(cursor, size);
}

void cursor_text8(struct cursor *cursor, char *ret_text, size_t size)
{
    if (!bytes_copy_text(cursor_bytes8(cursor), ret_text, size))
        cursor->failed = true;
}

void cursor_fail(struct cursor *cursor)
{
    cursor->failed = true;
}

enum err cursor_check(const struct cursor *cursor)
{
    return cursor->failed ? ERR_CORRUPT : OK;
}

enum err cursor_end(const struct cursor *cursor)
{
    return cursor->failed || cursor->rest.size > 0 ? ERR_CORRUPT : OK;
}
