/*
 * The kinds of text that marks and card numbers stand in: each has its own escapes.
 */
#ifndef PANGATE_RELAY_CONTENT_H
#define PANGATE_RELAY_CONTENT_H

#include "base/bytes.h"

enum content {
    CONTENT_TEXT, /* as it stands: plain text, multipart, whatever is not known */
    CONTENT_JSON,
    CONTENT_FORM, /* application/x-www-form-urlencoded */
    CONTENT_XML,  /* and HTML */
    CONTENT_QUERY,
    CONTENT_HEADER, /* the value of one field */
};

/* By the value of Content-Type, in any case, whatever its parameters: .../json and +json, the form
 * type, .../xml, +xml and text/html; else CONTENT_TEXT, also for an empty value. */
enum content content_of(struct bytes content_type);

/* Text of no known kind whose first character but white space is { or [ is JSON that somebody
 * did not label. */
enum content content_guess(struct bytes text);

#endif
