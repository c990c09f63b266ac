/*
 * The metrics in Prometheus' text format. No label names a client or a token.
 */
#ifndef PANGATE_GATEWAY_METRICS_H
#define PANGATE_GATEWAY_METRICS_H

#include "gateway/server.h"

void metrics_write(struct server *server, struct buf *body);

#endif
