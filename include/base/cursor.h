/*
 * Reading a binary form front to back. All integers are big-endian.
 *
 * The error is sticky: do every read, then check once with cursor_end(). After a failure every
 * read gives zero or empty bytes.
 */
#ifndef PANGATE_BASE_CURSOR_H
#define PANGATE_BASE_CURSOR_H

#include "base/bytes.h"
#include "base/err.h"

struct cursor {
    struct bytes rest;
    bool failed;
};

static inline struct cursor cursor_on(struct bytes text)
{
    return (struct cursor){ text, false };
}

uint8_t cursor_u8(struct cursor *cursor);
uint16_t cursor_u16(struct cursor *cursor);
uint32_t cursor_u32(struct cursor *cursor);
uint64_t cursor_u64(struct cursor *cursor);

/* The next `size` bytes, lent from the text. */
struct bytes cursor_bytes(struct cursor *cursor, size_t size);

/* The next `size` bytes, copied; zeros after a failure. */
void cursor_copy(struct cursor *cursor, void *ret_data, size_t size);

/* A length of 1 or 2 bytes, then so many bytes, lent. */
struct bytes cursor_bytes8(struct cursor *cursor);
struct bytes cursor_bytes16(struct cursor *cursor);

/* bytes8 into a NUL-terminated array; fails if it does not fit or holds a NUL. */
void cursor_text8(struct cursor *cursor, char *ret_text, size_t size);

/* Fail by hand, when what was read makes no sense. */
void cursor_fail(struct cursor *cursor);

/* OK if nothing failed; ERR_CORRUPT otherwise. */
enum err cursor_check(const struct cursor *cursor);

/* As cursor_check(), and nothing may be left. */
enum err cursor_end(const struct cursor *cursor);

#endif
