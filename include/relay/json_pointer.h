/*
 * Where the member lies that a JSON pointer names (RFC 6901), in the text as it stands.
 *
 * The text is not judged: of broken JSON some members may be found. No recursion, no memory.
 */
#ifndef PANGATE_RELAY_JSON_POINTER_H
#define PANGATE_RELAY_JSON_POINTER_H

#include <stdbool.h>

#include "base/bytes.h"

/* "/" and reference tokens whose every ~ is ~0 or ~1. (The empty pointer, the whole text, names
 * no member.) */
bool json_pointer_is_valid(struct bytes pointer);

/* The value with its quotes or brackets, lent from the text. Of doubled members the first. */
bool json_pointer_find(struct bytes text, struct bytes pointer, struct bytes *ret_value);

#endif
