/*
 * Bytes as text: hex (lower case), base64 and base64url (RFC 4648, sections 4 and 5), base32 in
 * lower case without padding (RFC 4648, section 6, folded).
 */
#ifndef PANGATE_BASE_ENCODE_H
#define PANGATE_BASE_ENCODE_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

void encode_hex(struct bytes bytes, struct buf *text);
void encode_base64(struct bytes bytes, struct buf *text);
void encode_base64url(struct bytes bytes, struct buf *text); /* no padding */
void encode_base32(struct bytes bytes, struct buf *text);    /* a-z2-7, no padding */

/* Strict: ERR_CORRUPT on a byte outside the alphabet, a wrong length or loose bits at the end. */
enum err decode_hex(struct bytes text, struct buf *bytes);
enum err decode_base64(struct bytes text, struct buf *bytes); /* padded */

/* 1 to 20 decimal digits without a leading zero (but "0"), at most `most`. ERR_BAD_REQUEST. */
enum err decode_decimal(struct bytes text, uint64_t most, uint64_t *ret_value);

#endif
