#include "gateway/route_path.h"

#include "base/buf.h"
#include "wire/http_head.h"
#include "wire/target.h"

enum { DECODINGS_MAX = 8 };

/* Bytes C0 and C1 begin no character (RFC 3629, section 1): they are long spellings of others. */
static bool is_honest(uint8_t byte)
{
    return byte >= 0x20 && byte != 0x7F && byte != 0xC0 && byte != 0xC1;
}

/* What is left of a segment once its parameters are cut off: nothing but dots, and blanks. */
static bool is_dots(struct bytes segment)
{
    size_t size = bytes_index(segment, ';');
    bool has_dot = false;

    for (size_t i = 0; i < size; i++) {
        if (segment.data[i] != '.' && segment.data[i] != ' ')
            return false;
        has_dot |= segment.data[i] == '.';
    }
    return has_dot;
}

static size_t segment_size(struct bytes path)
{
    size_t slash = bytes_index(path, '/'), backslash = bytes_index(path, '\\');

    return slash < backslash ? slash : backslash;
}

/* One reading of a path. */
static bool reading_stays(struct bytes path)
{
    for (size_t i = 0; i < path.size; i++) {
        if (!is_honest(path.data[i]))
            return false;
    }
    while (path.size > 0) {
        size_t size = segment_size(path);
        if (is_dots(bytes_of(path.data, size)))
            return false;
        path = bytes_from(path, size + 1);
    }
    return true;
}

bool route_path_stays(struct bytes path)
{
    struct buf readings[DECODINGS_MAX] = { 0 };
    size_t i = 0;
    bool stays = reading_stays(path), decodes = true;

    for (; i < DECODINGS_MAX && stays && decodes; i++) {
        buf_init(&readings[i], HTTP_HEAD_SIZE_MAX);
        target_decode(path, false, &readings[i]);
        decodes = readings[i].size < path.size;
        path = buf_bytes(&readings[i]);
        stays = buf_check(&readings[i]) == OK && reading_stays(path);
    }
    while (i > 0)
        buf_done(&readings[--i]);
    return stays && !decodes;
}

bool route_path_fits(struct bytes path, struct bytes pattern)
{
    if (!bytes_end_with(pattern, bytes_lit("*")))
        return bytes_equal(path, pattern);
    return bytes_start_with(path, bytes_of(pattern.data, pattern.size - 1));
}
