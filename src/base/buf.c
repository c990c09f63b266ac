#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/must.h"
#include "base/secret.h"

enum { FIRST_CAPACITY = 256 };

void buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){ .max = max };
}

void buf_init_fixed(struct buf *buf, void *storage, size_t max)
{
    *buf = (struct buf){ .data = storage, .capacity = max, .max = max, .fixed = true };
}

void buf_done(struct buf *buf)
{
    buf_clear(buf);
    if (!buf->fixed) {
        free(buf->data);
        buf_init(buf, buf->max);
    }
}

void buf_clear(struct buf *buf)
{
    buf_cut(buf, 0);
    buf->failed = false;
}

static bool buf_grow(struct buf *buf, size_t least)
{
    size_t capacity = buf->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : buf->capacity;
    uint8_t *data;

    while (capacity < least)
        capacity *= 2;
    if (capacity > buf->max)
        capacity = buf->max;
    data = malloc(capacity);
    if (data == NULL)
        return false;
    if (buf->size > 0)
        memcpy(data, buf->data, buf->size);
    if (buf->data != NULL)
        wipe(buf->data, buf->size);
    free(buf->data);
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

uint8_t *buf_reserve(struct buf *buf, size_t size)
{
    if (buf->failed)
        return NULL;
    if (size <= buf->capacity - buf->size && buf->data != NULL)
        return buf->data + buf->size;
    if (buf->fixed || size > buf->max - buf->size || !buf_grow(buf, buf->size + size)) {
        buf->failed = true;
        return NULL;
    }
    return buf->data + buf->size;
}

void buf_grown(struct buf *buf, size_t size)
{
    must(size <= buf->capacity - buf->size);
    buf->size += size;
}

void buf_drop(struct buf *buf, size_t size)
{
    must(size <= buf->size);
    if (size > 0 && size < buf->size)
        memmove(buf->data, buf->data + size, buf->size - size);
    buf_cut(buf, buf->size - size);
}

void buf_cut(struct buf *buf, size_t size)
{
    must(size <= buf->size);
    if (buf->size > size)
        wipe(buf->data + size, buf->size - size);
    buf->size = size;
}

void buf_add(struct buf *buf, struct bytes bytes)
{
    uint8_t *to = buf_reserve(buf, bytes.size);

    if (to == NULL || bytes.size == 0)
        return;
    memcpy(to, bytes.data, bytes.size);
    buf->size += bytes.size;
}

void buf_add_str(struct buf *buf, const char *text)
{
    buf_add(buf, bytes_str(text));
}

static void add_integer(struct buf *buf, uint64_t value, size_t size)
{
    uint8_t *to = buf_reserve(buf, size);

    if (to == NULL)
        return;
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
    buf->size += size;
}

void buf_add_u16(struct buf *buf, uint16_t value)
{
    add_integer(buf, value, 2);
}

void buf_add_u32(struct buf *buf, uint32_t value)
{
    add_integer(buf, value, 4);
}

void buf_add_u64(struct buf *buf, uint64_t value)
{
    add_integer(buf, value, 8);
}

void buf_add_bytes8(struct buf *buf, struct bytes bytes)
{
    if (bytes.size > UINT8_MAX) {
        buf->failed = true;
        return;
    }
    buf_add_u8(buf, (uint8_t)bytes.size);
    buf_add(buf, bytes);
}

void buf_add_bytes16(struct buf *buf, struct bytes bytes)
{
    if (bytes.size > UINT16_MAX) {
        buf->failed = true;
        return;
    }
    buf_add_u16(buf, (uint16_t)bytes.size);
    buf_add(buf, bytes);
}

void buf_add_decimal(struct buf *buf, uint64_t value)
{
    uint8_t text[20];
    size_t at = sizeof(text);

    do {
        text[--at] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    buf_add(buf, bytes_of(text + at, sizeof(text) - at));
}

void buf_format(struct buf *buf, const char *format, ...)
{
    va_list values;
    uint8_t *to;
    int size;

    va_start(values, format);
    size = vsnprintf(NULL, 0, format, values);
    va_end(values);
    must(size >= 0);
    to = buf_reserve(buf, (size_t)size + 1);
    if (to == NULL)
        return;
    va_start(values, format);
    (void)vsnprintf((char *)to, (size_t)size + 1, format, values);
    va_end(values);
    buf->size += (size_t)size;
}

void buf_set_u32(struct buf *buf, size_t at, uint32_t value)
{
    if (buf->failed)
        return;
    must(at + 4 <= buf->size);
    for (size_t i = 0; i < 4; i++)
        buf->data[at + i] = (uint8_t)(value >> (8 * (3 - i)));
}

enum err buf_check(const struct buf *buf)
{
    return buf->failed ? ERR_LIMIT : OK;
}
