/*
 * Put values where the marks stand, escaped for where they land.
 *
 * One pass: what was put in is never looked at again.
 */
#ifndef PANGATE_RELAY_SUBSTITUTE_H
#define PANGATE_RELAY_SUBSTITUTE_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "card/card.h"
#include "relay/mark.h"

/*
 * The value of a part of a card: the digits; the month as two digits; the year as four, or its
 * last two; the name, which may be empty. ERR_BAD_MARK for an expiry that is not known, and
 * ERR_CVC_GONE for the code, which no card holds: the caller has it, or it is gone.
 */
enum err mark_value(enum mark_part part, const struct card *card, struct buf *value);

/*
 * Append the text with values[i] (SECRET, lent) in place of marks->list[i]. ERR_BAD_MARK if a
 * value cannot stand where it lands: a control character in a header or in text. ERR_LIMIT if `out`
 * is too small. After an error `out` holds a part: let it go, it wipes itself.
 */
enum err substitute(struct bytes text, const struct marks *marks, const struct bytes *values,
                    struct buf *out);

#endif
