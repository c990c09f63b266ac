#include "vault/timeline.h"

#include "base/clock.h"

int64_t timeline_held_ms(int64_t last_ms, int64_t wall_ms)
{
    bool step_back = wall_ms < last_ms;

    return step_back && last_ms - wall_ms <= TIMELINE_HELD_MS ? last_ms : wall_ms;
}

void timeline_start(struct timeline *timeline, int64_t last_ms, int64_t away_ms, bool *ret_jumped)
{
    int64_t wall_ms = timeline->wall_ms();
    int64_t step_ms = wall_ms - last_ms;
    bool is_new = last_ms == 0;

    timeline->last_ms = last_ms;
    timeline->offset_ms = wall_ms - clock_mono_ms();
    *ret_jumped = !is_new && (step_ms > away_ms || step_ms < -TIMELINE_JUMP_MS);
}

struct timeline_look timeline_look(struct timeline *timeline)
{
    int64_t wall_ms = timeline->wall_ms();
    int64_t offset_ms = wall_ms - clock_mono_ms();
    int64_t step_ms = offset_ms - timeline->offset_ms;

    timeline->offset_ms = offset_ms;
    timeline->last_ms = timeline_held_ms(timeline->last_ms, wall_ms);
    return (struct timeline_look){
        .now_ms = timeline->last_ms,
        .jumped = step_ms > TIMELINE_JUMP_MS || step_ms < -TIMELINE_JUMP_MS,
    };
}
