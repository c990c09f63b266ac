/*
 * Request targets: their four forms, and the path and query in them (RFC 9112, section 3.2).
 *
 * A target is split as it stands. Nothing is decoded or normalised to find what it names: `%2F` is
 * no slash, and `//` and a slash at the end make empty segments, so they name other paths. Only
 * what must be *judged* as text is decoded.
 */
#ifndef PANGATE_WIRE_TARGET_H
#define PANGATE_WIRE_TARGET_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

enum target_form {
    TARGET_ORIGIN,    /* /path?query */
    TARGET_ABSOLUTE,  /* https://host/path?query */
    TARGET_AUTHORITY, /* host:port, of CONNECT */
    TARGET_ASTERISK,  /* *, of OPTIONS */
};

struct target {
    enum target_form form;
    struct bytes authority; /* TARGET_ABSOLUTE, TARGET_AUTHORITY; else empty */
    struct bytes path;      /* begins with "/", or is empty: not in every form there is one */
    struct bytes query;     /* without its "?" */
    bool has_query;
};

/*
 * Split and judge a target: every byte one that a URI may hold there (RFC 3986, section 3),
 * percent-encoding whole, no fragment, no user information. One leniency: "[" and "]" stand raw in
 * queries, because the SDKs of processors send them so. ERR_BAD_REQUEST. Which form goes with which
 * method is the caller's to check. The spans lend from `text`.
 */
enum err target_read(struct bytes text, struct target *ret_target);

/* uri-host [ ":" port ] with a host that is not empty: a name, an IPv4 or a bracketed IPv6 address,
 * and a port of at most 65535 (RFC 9110, section 7.2). A comma is refused, although a name may
 * hold one: it is what is left of two Host fields that somebody joined. */
bool authority_is_valid(struct bytes text);

/* The next segment of a path, raw, and `rest` without it; false at the end. "/a//b/" has the
 * segments "a", "", "b" and "". */
bool target_next_segment(struct bytes *rest, struct bytes *ret_segment);

/* Append the text with its percent-encoding undone, and with "+" as a space in a query. For
 * judging what somebody wrote, never for finding what it names. A "%" that begins no encoded byte
 * stays as it is. */
void target_decode(struct bytes text, bool is_query, struct buf *out);

#endif
