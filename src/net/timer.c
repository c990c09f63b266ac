#include "net/timer.h"

#include <stddef.h>

#include "net/loop.h"

void wheel_init(struct wheel *wheel, int64_t now_ms)
{
    *wheel = (struct wheel){ .tick = now_ms / TIMER_GRAIN_MS };
    for (size_t i = 0; i < WHEEL_SLOTS; i++)
        list_init(&wheel->slots[i]);
}

/* The first tick at whose beginning the deadline has passed, or the end of the turn. */
static int64_t wheel_tick(const struct wheel *wheel, int64_t deadline_ms)
{
    const int64_t last = wheel->tick + WHEEL_SLOTS - 1;
    int64_t tick;

    if (deadline_ms >= last * TIMER_GRAIN_MS)
        return last;
    tick = (deadline_ms + TIMER_GRAIN_MS - 1) / TIMER_GRAIN_MS;
    return tick < wheel->tick ? wheel->tick : tick;
}

void wheel_put(struct wheel *wheel, struct timer *timer)
{
    size_t slot;

    timer->tick = wheel_tick(wheel, timer->deadline_ms);
    slot = (size_t)(timer->tick % WHEEL_SLOTS);
    wheel->used[slot / 64] |= UINT64_C(1) << (slot % 64);
    list_add_last(&wheel->slots[slot], &timer->node);
}

/* The next deadline is set before the owner is called, so that the owner may change it. */
static void timer_ring(struct wheel *wheel, struct timer *timer, int64_t now_ms)
{
    timer->deadline_ms = TIMER_NEVER;
    if (timer->period_ms > 0) {
        timer->deadline_ms = now_ms + timer->period_ms;
        wheel_put(wheel, timer);
    }
    timer->on_time(timer->owner);
}

static void wheel_turn_slot(struct wheel *wheel, size_t slot, int64_t now_ms)
{
    struct list due;

    list_init(&due);
    for (struct list *node = list_take_first(&wheel->slots[slot]); node != NULL;
         node = list_take_first(&wheel->slots[slot]))
        list_add_last(&due, node);
    wheel->used[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
    for (struct list *node = list_take_first(&due); node != NULL; node = list_take_first(&due)) {
        struct timer *timer = list_item(node, struct timer, node);

        if (timer->deadline_ms <= now_ms)
            timer_ring(wheel, timer, now_ms);
        else
            wheel_put(wheel, timer);
    }
}

void wheel_turn(struct wheel *wheel, int64_t now_ms)
{
    const int64_t end = now_ms / TIMER_GRAIN_MS + 1;
    int64_t tick = wheel->tick;

    if (end <= tick)
        return;
    if (end - tick > WHEEL_SLOTS)
        tick = end - WHEEL_SLOTS; /* after a long sleep every slot comes round once */
    wheel->tick = end;
    for (; tick < end; tick++) {
        const size_t slot = (size_t)(tick % WHEEL_SLOTS);

        if (wheel->used[slot / 64] >> (slot % 64) & 1)
            wheel_turn_slot(wheel, slot, now_ms);
    }
}

int64_t wheel_next_ms(const struct wheel *wheel)
{
    int64_t tick = wheel->tick;
    const int64_t end = tick + WHEEL_SLOTS;

    while (tick < end) {
        const size_t slot = (size_t)(tick % WHEEL_SLOTS);
        const uint64_t used = wheel->used[slot / 64] >> (slot % 64);

        if (used & 1)
            return tick * TIMER_GRAIN_MS;
        tick += used == 0 ? 64 - (int64_t)(slot % 64) : 1;
    }
    return TIMER_NEVER;
}

void timer_init(struct timer *timer, struct loop *loop, void (*on_time)(void *owner), void *owner)
{
    *timer = (struct timer){
        .deadline_ms = TIMER_NEVER, .loop = loop, .on_time = on_time, .owner = owner
    };
    list_init(&timer->node);
}

void timer_set(struct timer *timer, int64_t after_ms)
{
    struct wheel *wheel = loop_wheel(timer->loop);

    timer->period_ms = 0;
    timer->deadline_ms = loop_now_ms(timer->loop) + after_ms;
    if (!list_is_empty(&timer->node) && timer->tick <= wheel_tick(wheel, timer->deadline_ms))
        return;
    list_remove(&timer->node);
    wheel_put(wheel, timer);
}

void timer_repeat(struct timer *timer, int64_t period_ms)
{
    timer_set(timer, period_ms);
    timer->period_ms = period_ms;
}

void timer_stop(struct timer *timer)
{
    if (timer->loop == NULL)
        return;
    timer->deadline_ms = TIMER_NEVER;
    timer->period_ms = 0;
    list_remove(&timer->node);
}

bool timer_is_set(const struct timer *timer)
{
    return timer->deadline_ms != TIMER_NEVER;
}
