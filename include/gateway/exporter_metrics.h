/*
 * The metrics of the sinks.
 */
#ifndef PANGATE_GATEWAY_EXPORTER_METRICS_H
#define PANGATE_GATEWAY_EXPORTER_METRICS_H

#include "gateway/exporter.h"

/* Appends; nothing if there are no sinks. `exporters` may be NULL. */
void exporter_metrics_write(const struct exporters *exporters, struct buf *body);

#endif
