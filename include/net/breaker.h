/*
 * A circuit breaker: after several failures in a row nobody is kept waiting for a server that is
 * out of order, until a probe gets through.
 *
 *     closed --(BREAKER_FAILURES in a row)--> open --(BREAKER_REST_MS)--> probing --> closed
 *                                                                            \--> open
 *
 * Of one thread. Times are monotonic, in milliseconds. Begins zeroed: closed.
 */
#ifndef PANGATE_NET_BREAKER_H
#define PANGATE_NET_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum { BREAKER_FAILURES = 5, BREAKER_REST_MS = 5000 };

struct breaker {
    bool is_open, is_probing;
    unsigned failures; /* in a row */
    int64_t opened_ms;
    uint64_t openings; /* so far */
};

/* Whether somebody may try. While it is open, one at a time may, after each rest; who was admitted
 * tells how it went. */
bool breaker_admits(struct breaker *breaker, int64_t now_ms);

/* How a try went; breaker_forget(): it was given up, and nothing is known. */
void breaker_success(struct breaker *breaker);
void breaker_failure(struct breaker *breaker, int64_t now_ms);
void breaker_forget(struct breaker *breaker);

#endif
