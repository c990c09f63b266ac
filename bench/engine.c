#include "bench/engine.h"

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/must.h"
#include "bench/line.h"

enum {
    TICK_NS = 1000 * 1000,
    GRAIN_NS = 50 * 1000, /* requests due within it go out together */
    SECOND_NS = 1000 * 1000 * 1000,
    DRAIN_S = 5, /* for answers that are still to come when the round is over */
};

struct engine {
    struct line_host host;
    const struct plan *plan;
    struct group groups[GROUPS_MAX];
    struct list free[GROUPS_MAX]; /* open loop: lines that may be asked */
    struct list broken;
    struct line *lines;
    unsigned line_count, opened;
    uint64_t asked; /* what is to be measured */
    uint64_t due;   /* open loop: requests that went out */
    bool begun;
    struct tally tally;
    int64_t last_ns;
    char trouble[CODE_SIZE];
    int timer_fd;
    struct watch *timer;
    pthread_t thread;
    bool started;
    atomic_bool ready, finished;
    atomic_uint_least64_t answers;
};

static bool engine_is_asking(const struct engine *engine, int64_t now_ns)
{
    const struct plan *plan = engine->plan;

    if (!engine->begun || atomic_load_explicit(&plan->stop, memory_order_relaxed))
        return false;
    if (plan->count > 0)
        return engine->asked < plan->count;
    return now_ns < plan->stop_ns;
}

static void engine_ask(struct engine *engine, struct line *line, int64_t due_ns)
{
    if (due_ns >= engine->plan->measure_ns)
        engine->asked++;
    if (line->habit == HABIT_SHAKE)
        line_renew(line, due_ns);
    else
        line_ask(line, due_ns);
}

/* Each group gets its share of the requests by weight. */
static struct line *engine_free_line(struct engine *engine)
{
    struct group *groups = engine->groups;
    const unsigned weight = groups[0].script.weight;
    size_t chosen = 0;
    struct list *node;

    if (engine->plan->group_count > 1 &&
        dice_throw(&groups[0].script.dice) % (weight + groups[1].script.weight) >= weight)
        chosen = 1;
    node = list_take_first(&engine->free[chosen]);
    return node == NULL ? NULL : list_item(node, struct line, node);
}

static int64_t engine_due_ns(const struct engine *engine)
{
    const double interval_ns = SECOND_NS / engine->plan->rate;

    return engine->plan->begin_ns + (int64_t)((double)engine->due * interval_ns);
}

/* Everything that is due by now, as long as there are free lines. */
static void engine_ask_due(struct engine *engine)
{
    const int64_t now_ns = clock_mono_ns();
    int64_t due_ns = engine_due_ns(engine);

    while (due_ns <= now_ns && engine_is_asking(engine, due_ns)) {
        struct line *line = engine_free_line(engine);

        if (line == NULL)
            return;
        engine_ask(engine, line, due_ns);
        line_flush(line);
        engine->due++;
        due_ns = engine_due_ns(engine);
    }
}

static void engine_ask_line(struct engine *engine, struct line *line)
{
    const int64_t now_ns = clock_mono_ns();
    const unsigned pipeline = line->habit == HABIT_KEEP ? engine->plan->pipeline : 1;

    if (line->habit == HABIT_RENEW && line->asked)
        line_renew(line, 0);
    else if (line->habit == HABIT_SHAKE && engine_is_asking(engine, now_ns))
        engine_ask(engine, line, now_ns);
    else if (line->habit == HABIT_KEEP || line->habit == HABIT_RENEW)
        while (line->outstanding < pipeline && engine_is_asking(engine, now_ns))
            engine_ask(engine, line, line->habit == HABIT_KEEP ? now_ns : line->began_ns);
}

static void engine_lay_by(struct engine *engine, struct line *line)
{
    if (line->habit == HABIT_RENEW && line->asked) {
        line_renew(line, 0);
        return;
    }
    list_remove(&line->node);
    list_add_last(&engine->free[line->script == &engine->groups[1].script], &line->node);
}

static void on_line_ready(void *owner, struct line *line)
{
    struct engine *engine = owner;

    if (engine->opened < engine->line_count && ++engine->opened == engine->line_count)
        atomic_store(&engine->ready, true);
    if (engine->plan->rate > 0)
        engine_lay_by(engine, line);
    else if (engine->begun)
        engine_ask_line(engine, line);
}

static void on_line_answered(void *owner, int64_t asked_ns, const char *code)
{
    struct engine *engine = owner;
    const struct plan *plan = engine->plan;
    const int64_t now_ns = clock_mono_ns();
    int64_t slice;

    if (!engine->begun || asked_ns < plan->measure_ns)
        return;
    if (plan->rate == 0 && plan->count == 0 && now_ns > plan->stop_ns)
        return;
    engine->last_ns = now_ns;
    if (code[0] != '\0') {
        tally_bad(&engine->tally, code);
        return;
    }
    tally_good(&engine->tally, (uint64_t)(now_ns - asked_ns));
    slice = (now_ns - plan->measure_ns) / plan->slice_ns;
    if (slice < SLICES)
        engine->tally.slices[slice]++;
    atomic_store_explicit(&engine->answers, engine->tally.good, memory_order_relaxed);
}

/* It is opened again at the next tick, so that a dead server is not asked in a circle. */
static void on_line_broken(void *owner, struct line *line, const char *code)
{
    struct engine *engine = owner;

    if (!engine->begun)
        (void)bytes_copy_text(bytes_str(code), engine->trouble, sizeof(engine->trouble));
    list_remove(&line->node);
    list_add_last(&engine->broken, &line->node);
}

static void engine_begin(struct engine *engine)
{
    engine->begun = true;
    if (engine->plan->rate > 0)
        return;
    for (unsigned i = 0; i < engine->line_count; i++) {
        engine_ask_line(engine, &engine->lines[i]);
        if (engine->lines[i].state == LINE_OPEN)
            line_flush(&engine->lines[i]);
    }
}

static void engine_open_broken(struct engine *engine)
{
    struct list broken;

    list_init(&broken);
    for (struct list *node = list_take_first(&engine->broken); node != NULL;
         node = list_take_first(&engine->broken))
        list_add_last(&broken, node);
    for (struct list *node = list_take_first(&broken); node != NULL;
         node = list_take_first(&broken))
        line_open(list_item(node, struct line, node));
}

/* Nothing is under way any more, or it takes too long. */
static bool engine_is_drained(const struct engine *engine, int64_t now_ns)
{
    const bool shakes = engine->plan->habit == HABIT_SHAKE;

    if (engine->plan->count == 0 && engine->plan->rate == 0)
        return true;
    if (engine->plan->count == 0 && now_ns > engine->plan->stop_ns + (int64_t)DRAIN_S * SECOND_NS)
        return true;
    for (unsigned i = 0; i < engine->line_count; i++)
        if (engine->lines[i].outstanding > 0 || (shakes && engine->lines[i].state != LINE_CLOSED))
            return false;
    return true;
}

static void engine_set_timer(struct engine *engine)
{
    const int64_t now_ns = clock_mono_ns();
    int64_t wake_ns = now_ns + TICK_NS;
    struct itimerspec when = { 0 };

    if (engine->begun && engine->plan->rate > 0 && engine_due_ns(engine) < wake_ns)
        wake_ns = engine_due_ns(engine) + GRAIN_NS;
    if (wake_ns < now_ns + GRAIN_NS)
        wake_ns = now_ns + GRAIN_NS;
    when.it_value =
        (struct timespec){ .tv_sec = wake_ns / SECOND_NS, .tv_nsec = wake_ns % SECOND_NS };
    must(timerfd_settime(engine->timer_fd, TFD_TIMER_ABSTIME, &when, NULL) == 0);
}

static void on_tick(void *owner, unsigned ready)
{
    struct engine *engine = owner;
    uint64_t times;

    (void)ready;
    (void)!read(engine->timer_fd, &times, sizeof(times));
    if (!engine->begun && atomic_load_explicit(&engine->plan->go, memory_order_acquire))
        engine_begin(engine);
    if (engine->begun && engine->plan->rate > 0)
        engine_ask_due(engine);
    engine_open_broken(engine);
    engine_set_timer(engine);
    if (atomic_load(&engine->plan->stop) ||
        (engine->begun && !engine_is_asking(engine, clock_mono_ns()) &&
         engine_is_drained(engine, clock_mono_ns()))) {
        atomic_store(&engine->finished, true);
        loop_stop(engine->host.loop);
    }
}

static enum err engine_make_lines(struct engine *engine)
{
    const struct plan *plan = engine->plan;
    unsigned made = 0;

    for (size_t i = 0; i < plan->group_count; i++)
        engine->line_count += engine->groups[i].lines;
    engine->lines = calloc(engine->line_count, sizeof(*engine->lines));
    if (engine->lines == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < plan->group_count; i++) {
        for (unsigned n = 0; n < engine->groups[i].lines; n++) {
            line_init(&engine->lines[made], &engine->host, &engine->groups[i].script,
                      engine->groups[i].target);
            engine->lines[made++].habit = plan->habit;
        }
    }
    return OK;
}

static enum err engine_init(struct engine *engine, const struct plan *plan)
{
    engine->plan = plan;
    engine->timer_fd = -1;
    list_init(&engine->broken);
    for (size_t i = 0; i < GROUPS_MAX; i++)
        list_init(&engine->free[i]);
    for (size_t i = 0; i < plan->group_count; i++) {
        engine->groups[i] = plan->groups[i];
        engine->groups[i].script = script_fork(&plan->groups[i].script);
    }
    TRY(loop_new(&engine->host.loop));
    engine->host.resumes = plan->resumed;
    engine->host.ready = on_line_ready;
    engine->host.answered = on_line_answered;
    engine->host.broken = on_line_broken;
    engine->host.owner = engine;
    engine->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (engine->timer_fd < 0)
        return ERR_LIMIT;
    engine->timer = watch_new(engine->host.loop, engine->timer_fd, on_tick, engine);
    if (engine->timer == NULL || !watch_set(engine->timer, WATCH_READ))
        return ERR_MEMORY;
    return engine_make_lines(engine);
}

enum err engine_new(const struct plan *plan, struct engine **ret_engine)
{
    struct engine *engine = calloc(1, sizeof(*engine));
    enum err err;

    if (engine == NULL)
        return ERR_MEMORY;
    err = engine_init(engine, plan);
    if (err != OK)
        engine_free(engine);
    else
        *ret_engine = engine;
    return err;
}

void engine_free(struct engine *engine)
{
    if (engine == NULL)
        return;
    for (unsigned i = 0; engine->lines != NULL && i < engine->line_count; i++)
        line_done(&engine->lines[i]);
    free(engine->lines);
    watch_free(engine->timer);
    fd_close(&engine->timer_fd);
    loop_free(engine->host.loop);
    SSL_SESSION_free(engine->host.session);
    free(engine);
}

static void *run(void *owner)
{
    struct engine *engine = owner;

    for (unsigned i = 0; i < engine->line_count; i++)
        line_open(&engine->lines[i]);
    engine_set_timer(engine);
    loop_run(engine->host.loop);
    return NULL;
}

enum err engine_start(struct engine *engine)
{
    if (pthread_create(&engine->thread, NULL, run, engine) != 0)
        return ERR_MEMORY;
    engine->started = true;
    return OK;
}

void engine_join(struct engine *engine)
{
    if (engine->started)
        must(pthread_join(engine->thread, NULL) == 0);
    engine->started = false;
}

bool engine_is_ready(const struct engine *engine)
{
    return atomic_load(&engine->ready);
}

bool engine_has_finished(const struct engine *engine)
{
    return atomic_load(&engine->finished);
}

uint64_t engine_answers(const struct engine *engine)
{
    return atomic_load_explicit(&engine->answers, memory_order_relaxed);
}

const char *engine_trouble(const struct engine *engine)
{
    return engine->trouble;
}

const struct tally *engine_tally(const struct engine *engine)
{
    return &engine->tally;
}

int64_t engine_last_ns(const struct engine *engine)
{
    return engine->last_ns;
}
