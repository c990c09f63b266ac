/*
 * What a worker counts: written by its thread alone, read by whoever formats the metrics.
 */
#ifndef PANGATE_GATEWAY_COUNTERS_H
#define PANGATE_GATEWAY_COUNTERS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "gateway/config.h"
#include "net/handshake.h"

enum {
    COUNTERS_REQUESTS_MAX = 256, /* combinations of endpoint, method and status */
    COUNTERS_NO_ENDPOINT = 255,
    DURATION_BUCKETS = 16, /* answered within 2^i * 64 us */
};

/* One combination; key 0 is a free row. */
struct request_counter {
    _Atomic uint32_t key; /* endpoint << 24 | method << 16 | status, plus 1 */
    _Atomic uint64_t count;
};

/* One route's share of a worker's forwards, by what became of the request. */
struct route_counters {
    _Atomic uint64_t sent, not_sent, unknown;
    _Atomic uint64_t connections;      /* open now */
    _Atomic uint64_t breaker_openings; /* so often it was found to be out of order */
    _Atomic uint64_t breaker_is_open;
    _Atomic uint64_t handshakes[HANDSHAKE_COUNT];
};

struct counters {
    struct request_counter requests[COUNTERS_REQUESTS_MAX];
    _Atomic uint64_t duration_buckets[DURATION_BUCKETS + 1]; /* the last: all that took longer */
    _Atomic uint64_t duration_sum_ns;
    _Atomic uint64_t refusals[ERR_COUNT];
    _Atomic uint64_t sessions; /* open now */
    _Atomic uint64_t alarms, canary_uses;
    struct route_counters routes[CONFIG_ROUTE_PLACES_MAX]; /* by a route's place */
};

/* Change a counter that only this thread writes. */
void counter_add(_Atomic uint64_t *counter, uint64_t value);
void counter_sub(_Atomic uint64_t *counter, uint64_t value);

struct request_facts {
    uint8_t endpoint; /* COUNTERS_NO_ENDPOINT: none */
    uint8_t method;
    uint16_t status;
    int64_t duration_ns;
};

void counters_add_request(struct counters *counters, const struct request_facts *facts);

#endif
