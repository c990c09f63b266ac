/*
 * A client's rate: so many requests a second, with one second's worth at once.
 *
 * The generic cell rate algorithm (ITU-T I.371, Annex A): one number, the time at which the next
 * request is expected, so that all workers share a limit without a lock.
 */
#ifndef PANGATE_SERVICE_RATE_H
#define PANGATE_SERVICE_RATE_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/err.h"

struct rate {
    _Atomic int64_t interval_ns; /* 0: no limit */
    _Atomic int64_t expected_ns;
};

void rate_init(struct rate *rate, uint32_t per_second);

/* Another limit from now on; what was taken stays taken. Any thread. */
void rate_limit(struct rate *rate, uint32_t per_second);

/* Take `count` requests. ERR_RATE, and *ret_retry_s seconds to wait (at least 1), if spent. */
enum err rate_take(struct rate *rate, int64_t now_ns, uint32_t count, uint32_t *ret_retry_s);

#endif
