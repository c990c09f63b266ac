/*
 * How much a JSON text will be, before it is read: one pass over its bytes, without memory.
 *
 * Said of every text. Of one that is well-formed these are bounds from above; of any other they
 * mean nothing, but the reader refuses it.
 */
#ifndef PANGATE_WIRE_JSON_MEASURE_H
#define PANGATE_WIRE_JSON_MEASURE_H

#include "base/bytes.h"

struct json_measure {
    size_t values; /* not more than so many, on all levels */
    size_t items;  /* of the longest array that is a member of the outermost object */
};

struct json_measure json_measure(struct bytes text);

#endif
