/*
 * One character of a text as its reader will understand it, with its escapes undone.
 *
 * Only what can be part of a mark or a card number is told apart: ASCII. Undone are \uXXXX and the
 * short escapes of JSON (RFC 8259, section 7), numeric references and the five predefined entities
 * of XML (XML 1.0, section 4), percent-encoding, and + as a space in forms and queries. What looks
 * like an escape and is none stands for itself.
 */
#ifndef PANGATE_RELAY_GLYPH_H
#define PANGATE_RELAY_GLYPH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "relay/content.h"

enum {
    GLYPH_OTHER = 0x80, /* a character outside ASCII, or a part of one */
    GLYPH_SIZE_MAX = 12 /* longer references are read as they stand */
};

struct glyph {
    uint8_t character; /* ASCII, or GLYPH_OTHER */
    uint8_t size;      /* in bytes of the text; 0: more text is needed to tell */
    bool escaped;
};

/* The first glyph of a text that is not empty. Without is_last the text may go on; size is then 0
 * if it ends in what may be an escape. */
struct glyph glyph_read(struct bytes text, enum content content, bool is_last);

/* Whether the glyph read from the front of `text` means this byte. Outside ASCII a byte means only
 * itself: escapes of it are not undone. */
static inline bool glyph_is(struct glyph glyph, struct bytes text, uint8_t byte)
{
    if (glyph.character == GLYPH_OTHER)
        return !glyph.escaped && text.data[0] == byte;
    return glyph.character == byte;
}

#endif
