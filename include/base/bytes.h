/*
 * A run of bytes that somebody else owns. Passed by value, never freed, may hold NULs.
 */
#ifndef PANGATE_BASE_BYTES_H
#define PANGATE_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *data; /* may be NULL when size is 0 */
    size_t size;
};

/* The bytes of a string literal, without its NUL. */
#define bytes_lit(literal) ((struct bytes){ (const uint8_t *)(literal), sizeof(literal) - 1 })

static inline struct bytes bytes_of(const void *data, size_t size)
{
    return (struct bytes){ data, size };
}

static inline struct bytes bytes_str(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

/* For public bytes; secrets are compared with ct_equal(). */
static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* ASCII case is folded on both sides; other bytes must be equal. */
bool bytes_equal_nocase(struct bytes a, struct bytes b);

bool bytes_start_with(struct bytes text, struct bytes prefix);
bool bytes_end_with(struct bytes text, struct bytes suffix);

/* What stands from `from` on; empty when there is nothing. */
struct bytes bytes_from(struct bytes text, size_t from);

/* The place of the first `byte`, or text.size. */
size_t bytes_index(struct bytes text, uint8_t byte);

/* Copy to a NUL-terminated array of `size` bytes; false, and "" there, if it does not fit or
 * holds a NUL. For public text only. */
bool bytes_copy_text(struct bytes text, char *ret_text, size_t size);

#endif
