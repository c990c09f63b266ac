/*
 * Strict reading of DER (ITU-T X.690, section 10): what OpenSSL's decoder forgives is refused here.
 */
#ifndef PANGATE_NET_DER_H
#define PANGATE_NET_DER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_OID = 0x06,
    DER_UTF8_STRING = 0x0c,
    DER_PRINTABLE_STRING = 0x13,
    DER_IA5_STRING = 0x16,
    DER_SEQUENCE = 0x30,
    DER_CONSTRUCTED = 0x20,
    DER_CONTEXT = 0x80, /* | the number of the tag */
    DER_DEPTH_MAX = 24,
};

struct der {
    uint8_t tag; /* tags of more than one byte do not occur in certificates */
    struct bytes content;
};

/* Take one element off the front of *text. False, and nothing taken, unless its length is definite,
 * written in the shortest form, and all there. */
bool der_take(struct bytes *text, struct der *ret_element);

/* Exactly one element, nothing behind it, and so for everything inside it; BOOLEAN and INTEGER in
 * their only form. */
bool der_is_strict(struct bytes text);

/* Text of the types that names should have today (UTF8String, PrintableString, IA5String): valid,
 * without NUL and other control characters. */
bool der_text_is_clean(struct bytes text, uint8_t tag);

#endif
