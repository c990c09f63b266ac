/*
 * Whether a path stays where it says it is, whoever reads it behind us.
 *
 * Servers disagree about what a path means: some undo percent-encoding twice, take a backslash for
 * a slash, cut ";parameters" off each segment, or blanks and dots at its end. A path is let through
 * only if none of these readings leads out of its folder. Pure.
 */
#ifndef PANGATE_GATEWAY_ROUTE_PATH_H
#define PANGATE_GATEWAY_ROUTE_PATH_H

#include <stdbool.h>

#include "base/bytes.h"

/* False if a segment of it may be read as "." or "..", or if it holds control characters or
 * over-long UTF-8, in any of its decodings. */
bool route_path_stays(struct bytes path);

/* Equal as it stands, or anything below a pattern that ends with a star. */
bool route_path_fits(struct bytes path, struct bytes pattern);

#endif
