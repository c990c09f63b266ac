/*
 * JSON text into a buffer, member by member (RFC 8259). Commas are put where they belong; the
 * caller closes what it opens. Strings are escaped; bytes that are not UTF-8 become U+FFFD.
 */
#ifndef PANGATE_BASE_JSON_WRITER_H
#define PANGATE_BASE_JSON_WRITER_H

#include "base/buf.h"
#include "base/bytes.h"

struct json_writer {
    struct buf *out;
    bool comma; /* an element stands before the next one */
};

static inline struct json_writer json_writer_on(struct buf *out)
{
    return (struct json_writer){ out, false };
}

/* `name` is ours and plain, so it is not escaped; NULL inside arrays and at the top. */
void json_open(struct json_writer *json, const char *name, char bracket); /* '{' or '[' */
void json_close(struct json_writer *json, char bracket);                  /* '}' or ']' */
void json_text(struct json_writer *json, const char *name, struct bytes value);
void json_str(struct json_writer *json, const char *name, const char *value);
void json_number(struct json_writer *json, const char *name, int64_t value);
void json_decimal_string(struct json_writer *json, const char *name, uint64_t value);
void json_bool(struct json_writer *json, const char *name, bool value);
void json_raw(struct json_writer *json, const char *name, struct bytes value); /* JSON already */

/* A member whose name is not ours. */
void json_text_named(struct json_writer *json, struct bytes name, struct bytes value);

/* The escaped characters alone, without quotes. */
void json_escape(struct buf *out, struct bytes value);

#endif
