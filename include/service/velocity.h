/*
 * How many cards a client may see: budgets for a minute and for a day, and an eye on sudden change.
 *
 * A budget is there at once and comes back evenly. All workers share it without a lock. Counted are
 * tokens that are asked for, whatever they turn out to be: guessing spends the budget, too.
 *
 * A reload leaves a budget as it is; a restart begins with a whole one, for the day, too. What the
 * log tells of the last day could be counted again, but a start must not wait for a day of it to be
 * read. Whoever makes a gateway start again is not its client.
 */
#ifndef PANGATE_SERVICE_VELOCITY_H
#define PANGATE_SERVICE_VELOCITY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct budget {
    _Atomic int64_t interval_ns; /* one comes back so often; 0: no limit */
    int64_t period_ns;
    _Atomic int64_t spent_until_ns; /* when all that is spent has come back */
};

struct velocity {
    struct budget minute, day;
    atomic_bool is_spent; /* since the last one that was granted */
    _Atomic int64_t minute_begun_ns;
    _Atomic uint64_t asked;      /* in this minute */
    _Atomic uint64_t usual_x256; /* in a minute, a mean that forgets; times 256 */
};

void velocity_init(struct velocity *velocity, uint32_t per_minute, uint32_t per_day);

/* Other budgets from now on; what was spent stays spent. Any thread. */
void velocity_limit(struct velocity *velocity, uint32_t per_minute, uint32_t per_day);

struct velocity_verdict {
    uint32_t retry_s;  /* of ERR_RATE: when it may be granted; at least 1 */
    const char *alarm; /* our own words, once for each such event; NULL: none */
};

/* Ask for `count` cards: all of them or none. ERR_RATE if a budget is spent, or smaller than
 * that. *ret_verdict is always written. */
enum err velocity_take(struct velocity *velocity, int64_t now_ns, uint32_t count,
                       struct velocity_verdict *ret_verdict);

#endif
