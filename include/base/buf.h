/*
 * A buffer that grows up to a maximum and wipes every byte it lets go of.
 *
 * SECRET: may hold card numbers; declare with AUTO(buf_done). Writing is sticky: write
 * everything, then ask buf_check() once. All integers are big-endian.
 */
#ifndef PANGATE_BASE_BUF_H
#define PANGATE_BASE_BUF_H

#include "base/bytes.h"
#include "base/err.h"

struct buf {
    uint8_t *data;
    size_t size;
    size_t capacity;
    size_t max;  /* never grows beyond; 0 in a zeroed struct: buf_init() sets it */
    bool fixed;  /* the storage is the caller's: it is never grown or freed, but wiped */
    bool failed; /* a write did not fit or memory ran out */
};

void buf_init(struct buf *buf, size_t max);

/* Write into storage of the caller's, `max` bytes of it. */
void buf_init_fixed(struct buf *buf, void *storage, size_t max);

/* Wipe and free; the struct is as after buf_init() with the same max. Accepts zeroes. */
void buf_done(struct buf *buf);

/* Empty it, wiping what it held; keep the storage. */
void buf_clear(struct buf *buf);

static inline struct bytes buf_bytes(const struct buf *buf)
{
    return bytes_of(buf->data, buf->size);
}

/* Room for `size` more bytes at the end, or NULL (and failed). buf_grown() says how many were
 * written there. */
uint8_t *buf_reserve(struct buf *buf, size_t size);
void buf_grown(struct buf *buf, size_t size);

/* Drop `size` bytes at the front; the rest moves down and what is left behind is wiped. */
void buf_drop(struct buf *buf, size_t size);

/* Cut to `size` bytes, wiping the rest. */
void buf_cut(struct buf *buf, size_t size);

void buf_add(struct buf *buf, struct bytes bytes);
void buf_add_str(struct buf *buf, const char *text);
static inline void buf_add_u8(struct buf *buf, uint8_t value)
{
    uint8_t *to =
        buf->size < buf->capacity && !buf->failed ? buf->data + buf->size : buf_reserve(buf, 1);

    if (to == NULL)
        return;
    *to = value;
    buf->size++;
}
void buf_add_u16(struct buf *buf, uint16_t value);
void buf_add_u32(struct buf *buf, uint32_t value);
void buf_add_u64(struct buf *buf, uint64_t value);
void buf_add_bytes8(struct buf *buf, struct bytes bytes);  /* length (1 byte), bytes */
void buf_add_bytes16(struct buf *buf, struct bytes bytes); /* length (2 bytes), bytes */
void buf_add_decimal(struct buf *buf, uint64_t value);
void buf_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Overwrite bytes written before. */
void buf_set_u32(struct buf *buf, size_t at, uint32_t value);

/* OK, or ERR_LIMIT if a write failed. */
enum err buf_check(const struct buf *buf);

#endif
