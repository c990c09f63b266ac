/*
 * The request that a processor gets: the caller's, with cards in place of marks and without what
 * is not the processor's business.
 */
#ifndef PANGATE_GATEWAY_FORWARD_REQUEST_H
#define PANGATE_GATEWAY_FORWARD_REQUEST_H

#include "base/json_writer.h"
#include "gateway/forward.h"

/* Find all marks and note their tokens in forward->cards. ERR_BAD_MARK; ERR_NO_TOKEN for a mark
 * around something that has not the form of a token. */
enum err forward_request_scan(struct forward *forward);

/* Whether a field of the caller's decides what is put in: it holds a mark (inbound: a number), or
 * says how the body is to be read. */
bool forward_request_depends_on(const struct forward *forward, const struct http_field *field);

/* Append head and body. The cards are open. ERR_BAD_MARK if a value cannot stand where it lands. */
enum err forward_request_write(struct forward *forward, struct buf *out);

/* What forward_request_write() would say, as members of a JSON object that is open: with masks in
 * place of cards, and without what the route adds to the headers. */
enum err forward_request_show(struct forward *forward, struct json_writer *json);

#endif
