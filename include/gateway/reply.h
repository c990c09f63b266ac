/*
 * An exchange's answer onto the wire, with its log line and its counts.
 */
#ifndef PANGATE_GATEWAY_REPLY_H
#define PANGATE_GATEWAY_REPLY_H

#include "gateway/exchange.h"

/* Append head and body to the stream's output; log and count the request. Of an answer that is
 * streamed only the head: call reply_end() when the rest is written. */
void reply_write(struct exchange *exchange, struct buf *output);
void reply_end(struct exchange *exchange);

/* A 503 for a connection that cannot get an exchange. */
void reply_write_overloaded(struct worker *worker, struct buf *output);

#endif
