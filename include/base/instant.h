/*
 * Points in time as text: RFC 3339 (section 5.6) in, UTC with Z and whole seconds out.
 */
#ifndef PANGATE_BASE_INSTANT_H
#define PANGATE_BASE_INSTANT_H

#include "base/bytes.h"
#include "base/err.h"

enum { INSTANT_TEXT_SIZE = sizeof("2026-11-24T10:00:00.000Z") };

/* Read a date-time with offset to milliseconds since 1970. ERR_BAD_EXPIRY if it is none; a leap
 * second reads as the second after it; fractions beyond milliseconds are cut. 1970 to 9999. */
enum err instant_read(struct bytes text, int64_t *ret_ms);

/* "2026-11-24T10:00:00Z", rounded down to a second. What lies outside the years 0 to 9999
 * is written as the nearest of them. */
void instant_write(int64_t ms, char ret_text[INSTANT_TEXT_SIZE]);

/* "2026-11-24T10:00:00.123Z", for logs and the audit log. */
void instant_write_ms(int64_t ms, char ret_text[INSTANT_TEXT_SIZE]);

#endif
