/*
 * application/x-www-form-urlencoded, pair by pair, as it stands (WHATWG URL, section 5.1).
 *
 * Names and values are lent raw, so that a value can be replaced where it stands; form_decode()
 * gives the text that is meant.
 */
#ifndef PANGATE_WIRE_FORM_H
#define PANGATE_WIRE_FORM_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/bytes.h"

struct form_pair {
    struct bytes name, value; /* raw; the value is empty if there is no "=" */
};

/* The next pair, and `rest` without it; false at the end. Empty pairs are read over. */
bool form_next(struct bytes *rest, struct form_pair *ret_pair);

/* Append the text that is meant: "+" is a space, percent-encoding is undone. */
void form_decode(struct bytes raw, struct buf *out);

/* Append text as a raw value: letters, digits and "*-._" stand for themselves. */
void form_encode(struct bytes text, struct buf *out);

#endif
