/*
 * What the metrics say of each route.
 */
#ifndef PANGATE_GATEWAY_ROUTE_METRICS_H
#define PANGATE_GATEWAY_ROUTE_METRICS_H

#include "gateway/server.h"

void route_metrics_write(const struct server *server, struct buf *body);

#endif
