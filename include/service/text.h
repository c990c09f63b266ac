/*
 * Text that a caller may attach, and where it must not hold a card number (api.md, "A PAN in text
 * that is not its place").
 */
#ifndef PANGATE_SERVICE_TEXT_H
#define PANGATE_SERVICE_TEXT_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

enum {
    CUSTOMER_TEXT_MAX = 128,
    NAME_TEXT_MAX = 128,
    PURPOSE_TEXT_MAX = 64,
    ROUTE_NAME_MAX = 64,
    METADATA_PAIRS_MAX = 20,
    METADATA_NAME_MAX = 40,
    METADATA_VALUE_MAX = 500,
    METADATA_TEXT_MAX = 1024, /* names and values together */
};

/* ERR_PAN_IN_TEXT first, whatever else is wrong; then ERR_BAD_REQUEST beyond `size_max` bytes. */
enum err text_check(struct bytes text, size_t size_max);

/* Encoded metadata: pairs of name (bytes8) and value (bytes16), in the caller's order.
 * metadata_put() replaces or appends, metadata_drop() deletes; both check name and value, and
 * metadata_check() the whole. */
enum err metadata_pair_check(struct bytes name, struct bytes value);
enum err metadata_put(struct buf *metadata, struct bytes name, struct bytes value);
enum err metadata_drop(struct buf *metadata, struct bytes name);
enum err metadata_check(const struct buf *metadata);

/* Walk the pairs: false at the end. *at starts as the whole. */
bool metadata_next(struct bytes *at, struct bytes *ret_name, struct bytes *ret_value);

/* Routes that a token is bound to: names (bytes8 each), as about.routes has them. ERR_PAN_IN_TEXT;
 * ERR_BAD_REQUEST for what is no name, or one too many. */
enum err routes_put(struct buf *routes, struct bytes name);

/* Walk the names: false at the end. *at starts as the whole. */
bool routes_next(struct bytes *at, struct bytes *ret_name);

#endif
