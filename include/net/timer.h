/*
 * Deadlines of one loop, by the thousand: a timer is a node inside its owner, and setting, moving
 * and stopping it allocate nothing and call nothing.
 *
 * Moving a deadline later only writes the new time down: the timer keeps its place in the wheel
 * and is looked at again when that comes round. A timer never rings early, and at most
 * TIMER_GRAIN_MS late.
 */
#ifndef PANGATE_NET_TIMER_H
#define PANGATE_NET_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

enum { TIMER_GRAIN_MS = 32, WHEEL_SLOTS = 1024 };

struct loop;

struct timer {
    struct list node;    /* in a slot of the wheel */
    int64_t deadline_ms; /* monotonic; TIMER_NEVER when it is not set */
    int64_t tick;        /* of the slot that it stands in */
    int64_t period_ms;   /* 0: once */
    struct loop *loop;
    void (*on_time)(void *owner);
    void *owner;
};

#define TIMER_NEVER INT64_MAX

void timer_init(struct timer *timer, struct loop *loop, void (*on_time)(void *owner), void *owner);
void timer_set(struct timer *timer, int64_t after_ms);     /* once, so long after now */
void timer_repeat(struct timer *timer, int64_t period_ms); /* again and again */
void timer_stop(struct timer *timer);                      /* before its owner goes */
bool timer_is_set(const struct timer *timer);

/*
 * The wheel itself; used by the loop. A slot holds the timers of every tick that is the same
 * modulo WHEEL_SLOTS; a timer further off than one turn waits in the last slot of the turn.
 */
struct wheel {
    struct list slots[WHEEL_SLOTS];
    uint64_t used[WHEEL_SLOTS / 64]; /* a bit per slot that may hold a timer */
    int64_t tick;                    /* everything before it has rung */
};

void wheel_init(struct wheel *wheel, int64_t now_ms);
void wheel_put(struct wheel *wheel, struct timer *timer);

/* Ring every timer whose deadline is not after now_ms. */
void wheel_turn(struct wheel *wheel, int64_t now_ms);

/* When wheel_turn() has to be called next, or TIMER_NEVER. */
int64_t wheel_next_ms(const struct wheel *wheel);

#endif
