#include "service/velocity.h"

enum {
    USUAL_UNIT = 256,
    USUAL_SHARE = 8,   /* of the mean, which a new minute replaces */
    SUDDEN_FACTOR = 8, /* so many times the mean ... */
    SUDDEN_LEAST = 64, /* ... and at least so many in a minute */
    QUIET_MINUTES = 64,
};

#define SECOND_NS INT64_C(1000000000)
#define MINUTE_NS (60 * SECOND_NS)
#define DAY_NS    (24 * 60 * MINUTE_NS)

static void budget_limit(struct budget *budget, uint32_t count)
{
    atomic_store_explicit(&budget->interval_ns, count == 0 ? 0 : budget->period_ns / (int64_t)count,
                          memory_order_relaxed);
}

static void budget_init(struct budget *budget, uint32_t count, int64_t period_ns)
{
    budget->period_ns = period_ns;
    budget_limit(budget, count);
    atomic_init(&budget->spent_until_ns, 0);
}

void velocity_init(struct velocity *velocity, uint32_t per_minute, uint32_t per_day)
{
    budget_init(&velocity->minute, per_minute, MINUTE_NS);
    budget_init(&velocity->day, per_day, DAY_NS);
    atomic_init(&velocity->is_spent, false);
    atomic_init(&velocity->minute_begun_ns, 0);
    atomic_init(&velocity->asked, 0);
    atomic_init(&velocity->usual_x256, 0);
}

void velocity_limit(struct velocity *velocity, uint32_t per_minute, uint32_t per_day)
{
    budget_limit(&velocity->minute, per_minute);
    budget_limit(&velocity->day, per_day);
}

/* True, or how long until it is granted in *ret_wait_ns. */
static bool budget_take(struct budget *budget, int64_t now_ns, uint32_t count, int64_t *ret_wait_ns)
{
    const int64_t cost_ns =
        atomic_load_explicit(&budget->interval_ns, memory_order_relaxed) * (int64_t)count;
    int64_t before = atomic_load_explicit(&budget->spent_until_ns, memory_order_relaxed), after;

    if (cost_ns == 0)
        return true;
    do {
        after = (before < now_ns ? now_ns : before) + cost_ns;
        *ret_wait_ns = after - now_ns - budget->period_ns;
        if (*ret_wait_ns > 0)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&budget->spent_until_ns, &before, after,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}

static void budget_give(struct budget *budget, uint32_t count)
{
    const int64_t interval_ns = atomic_load_explicit(&budget->interval_ns, memory_order_relaxed);

    atomic_fetch_sub_explicit(&budget->spent_until_ns, interval_ns * (int64_t)count,
                              memory_order_relaxed);
}

static bool take_both(struct velocity *velocity, int64_t now_ns, uint32_t count,
                      int64_t *ret_wait_ns)
{
    if (!budget_take(&velocity->minute, now_ns, count, ret_wait_ns))
        return false;
    if (budget_take(&velocity->day, now_ns, count, ret_wait_ns))
        return true;
    budget_give(&velocity->minute, count);
    return false;
}

/* A minute is over: it becomes part of what is usual, and so do the quiet ones behind it. */
static void minute_end(struct velocity *velocity, int64_t now_ns, int64_t begun_ns)
{
    uint64_t usual = atomic_load_explicit(&velocity->usual_x256, memory_order_relaxed);
    uint64_t asked = atomic_exchange_explicit(&velocity->asked, 0, memory_order_relaxed);
    int64_t quiet = (now_ns - begun_ns) / MINUTE_NS - 1;

    usual += (asked * USUAL_UNIT) / USUAL_SHARE;
    usual -= usual / (USUAL_SHARE + 1);
    for (int64_t i = 0; i < quiet && i < QUIET_MINUTES; i++)
        usual -= usual / USUAL_SHARE;
    atomic_store_explicit(&velocity->usual_x256, usual, memory_order_relaxed);
}

/* Whether this is the moment at which there are suddenly many. */
static bool is_sudden(struct velocity *velocity, int64_t now_ns, uint32_t count)
{
    int64_t begun = atomic_load_explicit(&velocity->minute_begun_ns, memory_order_relaxed);
    uint64_t before, least;

    if (now_ns >= begun + MINUTE_NS &&
        atomic_compare_exchange_strong_explicit(&velocity->minute_begun_ns, &begun, now_ns,
                                                memory_order_relaxed, memory_order_relaxed))
        minute_end(velocity, now_ns, begun == 0 ? now_ns - MINUTE_NS : begun);
    before = atomic_fetch_add_explicit(&velocity->asked, count, memory_order_relaxed);
    least = atomic_load_explicit(&velocity->usual_x256, memory_order_relaxed) * SUDDEN_FACTOR /
            USUAL_UNIT;
    if (least < SUDDEN_LEAST)
        least = SUDDEN_LEAST;
    return before < least && before + count >= least;
}

enum err velocity_take(struct velocity *velocity, int64_t now_ns, uint32_t count,
                       struct velocity_verdict *ret_verdict)
{
    int64_t wait_ns = 0;

    *ret_verdict = (struct velocity_verdict){ 0 };
    if (is_sudden(velocity, now_ns, count))
        ret_verdict->alarm = "suddenly many cards are asked for";
    if (take_both(velocity, now_ns, count, &wait_ns)) {
        atomic_store_explicit(&velocity->is_spent, false, memory_order_relaxed);
        return OK;
    }
    if (!atomic_exchange_explicit(&velocity->is_spent, true, memory_order_relaxed))
        ret_verdict->alarm = "a budget of detokenize is spent";
    ret_verdict->retry_s = (uint32_t)((wait_ns + SECOND_NS - 1) / SECOND_NS);
    return ERR_RATE;
}
