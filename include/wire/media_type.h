/*
 * The media types that requests come in (RFC 9110, section 8.3), told apart strictly.
 */
#ifndef PANGATE_WIRE_MEDIA_TYPE_H
#define PANGATE_WIRE_MEDIA_TYPE_H

#include "base/bytes.h"

enum media_type {
    MEDIA_OTHER, /* none, malformed, or one that is not read here */
    MEDIA_JSON,
    MEDIA_MERGE_PATCH, /* RFC 7396 */
    MEDIA_FORM,        /* application/x-www-form-urlencoded */
};

/* Read the value of Content-Type. The type in any case; the one parameter may be charset=utf-8 (in
 * any case, quoted or not), once: with another it is MEDIA_OTHER. */
enum media_type media_type_read(struct bytes value);

#endif
