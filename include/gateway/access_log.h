/*
 * One JSON line per request, gathered by the worker and written before it sleeps. The route's
 * template, never the path; four characters of a token, never more; no body.
 */
#ifndef PANGATE_GATEWAY_ACCESS_LOG_H
#define PANGATE_GATEWAY_ACCESS_LOG_H

#include "gateway/exchange.h"

void access_log_write(const struct exchange *exchange, int64_t duration_ns);

#endif
