#include "bench/round.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/process.h"

enum {
    ENGINES_MAX = 64,
    POLL_MS = 2,
    CONNECT_LEAST_MS = 10000,
    CONNECT_EACH_MS = 20,
    LIVE_EVERY_NS = 500000000,
    TRACE_S = 2,
    TRACE_COUNT = 20000,
};

static const double second_ns = 1e9;

struct running { /* a round on its way */
    struct plan plan;
    const struct options *options;
    const struct course *course;
    struct engine *engines[ENGINES_MAX];
    struct process_cost server_before, server_after;
    int64_t own_before_ns, own_after_ns, live_ns;
    bool server_is_watched, is_terminal;
};

static void running_done(struct running *running)
{
    atomic_store(&running->plan.stop, true);
    for (unsigned i = 0; i < ENGINES_MAX; i++) {
        if (running->engines[i] == NULL)
            continue;
        engine_join(running->engines[i]);
        engine_free(running->engines[i]);
    }
    if (running->is_terminal)
        (void)fprintf(stderr, "\r\033[K");
}

static unsigned share_of(unsigned whole, unsigned parts, unsigned index)
{
    return whole / parts + (index < whole % parts ? 1 : 0);
}

/* The lines of one engine, by the groups' shares of the requests; each has one at least. */
static void divide_lines(struct plan *plan, unsigned lines)
{
    const unsigned first = plan->groups[0].script.weight, second = plan->groups[1].script.weight;
    unsigned others = 0;

    if (plan->group_count > 1) {
        others = (lines * second + (first + second) / 2) / (first + second);
        others = others < 1 ? 1 : others >= lines ? lines - 1 : others;
    }
    plan->groups[0].lines = lines - others;
    plan->groups[1].lines = others;
}

/* Each engine holds a plan of the same times; only its share of the lines is its own. */
static enum err running_start(struct running *running)
{
    const struct options *options = running->options;
    struct plan *plan = &running->plan;

    plan->engines = options->threads;
    plan->pipeline = options->pipeline;
    plan->rate = options->rate / options->threads;
    plan->count =
        options->count == 0 ? 0 : (options->count + options->threads - 1) / options->threads;
    for (unsigned i = 0; i < options->threads; i++) {
        divide_lines(plan, share_of(options->connections, options->threads, i));
        TRY(engine_new(plan, &running->engines[i]));
        TRY(engine_start(running->engines[i]));
    }
    return OK;
}

static const char *running_trouble(const struct running *running)
{
    for (unsigned i = 0; i < running->plan.engines; i++)
        if (engine_trouble(running->engines[i])[0] != '\0')
            return engine_trouble(running->engines[i]);
    return "";
}

static bool running_is_ready(const struct running *running)
{
    for (unsigned i = 0; i < running->plan.engines; i++)
        if (!engine_is_ready(running->engines[i]))
            return false;
    return true;
}

static bool running_has_finished(const struct running *running)
{
    for (unsigned i = 0; i < running->plan.engines; i++)
        if (!engine_has_finished(running->engines[i]))
            return false;
    return true;
}

static enum err running_connect(const struct running *running, struct why *why)
{
    const int64_t last_ms = clock_mono_ms() + CONNECT_LEAST_MS +
                            (int64_t)running->options->connections * CONNECT_EACH_MS;

    while (!running_is_ready(running)) {
        if (clock_mono_ms() > last_ms)
            return why_say(why, ERR_UNREACHABLE, "the connections do not come up: %s",
                           running_trouble(running));
        clock_sleep_ms(POLL_MS);
    }
    return OK;
}

static void running_plan(struct running *running)
{
    const struct options *options = running->options;
    struct plan *plan = &running->plan;

    plan->begin_ns = clock_mono_ns() + POLL_MS * 1000000;
    plan->measure_ns = plan->begin_ns + (int64_t)(options->warmup_s * second_ns);
    plan->stop_ns = plan->measure_ns + (int64_t)(options->duration_s * second_ns);
    plan->slice_ns =
        options->count > 0 ? (int64_t)second_ns : (plan->stop_ns - plan->measure_ns) / SLICES + 1;
    atomic_store_explicit(&plan->go, true, memory_order_release);
}

static uint64_t running_answers(const struct running *running)
{
    uint64_t answers = 0;

    for (unsigned i = 0; i < running->plan.engines; i++)
        answers += engine_answers(running->engines[i]);
    return answers;
}

static void running_show(struct running *running)
{
    const int64_t now_ns = clock_mono_ns();
    const double seconds = (double)(now_ns - running->plan.measure_ns) / second_ns;

    if (!running->is_terminal || now_ns < running->live_ns)
        return;
    running->live_ns = now_ns + LIVE_EVERY_NS;
    if (seconds < 0)
        (void)fprintf(stderr, "\r%s: warming up\033[K", running->course->label);
    else
        (void)fprintf(stderr, "\r%s: %.1f s, %.0f requests/s\033[K", running->course->label,
                      seconds, (double)running_answers(running) / seconds);
}

static void running_sample(const struct running *running, struct process_cost *ret_cost,
                           int64_t *ret_own_ns)
{
    if (running->server_is_watched)
        (void)process_measure(running->course->pid, ret_cost);
    *ret_own_ns = process_own_cpu_ns();
}

/* Its page costs it time, so it is read outside of what is measured. */
static bool running_look(const struct running *running, struct vitals *ret_vitals)
{
    return running->course->config != NULL && vitals_read(running->course->config, ret_vitals);
}

static void running_measure(struct running *running)
{
    while (clock_mono_ns() < running->plan.measure_ns) {
        running_show(running);
        clock_sleep_ms(POLL_MS);
    }
    running_sample(running, &running->server_before, &running->own_before_ns);
    while (!running_has_finished(running) &&
           (running->plan.count > 0 || clock_mono_ns() < running->plan.stop_ns)) {
        running_show(running);
        clock_sleep_ms(POLL_MS);
    }
    running_sample(running, &running->server_after, &running->own_after_ns);
    while (!running_has_finished(running))
        clock_sleep_ms(POLL_MS);
}

static void running_gather(const struct running *running, struct round *ret_round)
{
    int64_t end_ns = running->plan.count > 0 ? 0 : running->plan.stop_ns;

    for (unsigned i = 0; i < running->plan.engines; i++) {
        tally_merge(&ret_round->tally, engine_tally(running->engines[i]));
        if (running->plan.count > 0 && engine_last_ns(running->engines[i]) > end_ns)
            end_ns = engine_last_ns(running->engines[i]);
    }
    ret_round->seconds = (double)(end_ns - running->plan.measure_ns) / second_ns;
    ret_round->client_cpu_us = (double)(running->own_after_ns - running->own_before_ns) / 1000;
    if (running->server_is_watched)
        ret_round->server_cpu_us =
            (double)(running->server_after.cpu_ns - running->server_before.cpu_ns) / 1000;
}

static enum err running_go(struct running *running, struct why *why, struct round *ret_round)
{
    struct process_cost cost = { 0 };
    struct trace trace;
    bool is_traced;

    if (running->course->pid > 0 && !process_measure(running->course->pid, &cost))
        return why_say(why, ERR_NOT_FOUND, "there is no process %d, or it may not be looked at",
                       running->course->pid);
    running->server_is_watched = running->course->pid > 0;
    TRY(running_start(running));
    TRY(running_connect(running, why));
    is_traced = running->course->counts != NULL && trace_start(running->course->pid, &trace);
    ret_round->has_vitals = running_look(running, &ret_round->before);
    running_plan(running);
    running_measure(running);
    if (is_traced)
        trace_stop(&trace, running->course->counts);
    ret_round->has_vitals = ret_round->has_vitals && running_look(running, &ret_round->after);
    for (unsigned i = 0; i < running->plan.engines; i++)
        engine_join(running->engines[i]);
    running_gather(running, ret_round);
    if (running->server_is_watched) {
        ret_round->resident_before = (double)cost.resident_bytes;
        ret_round->resident_after = (double)running->server_after.resident_bytes;
        ret_round->written_bytes =
            (double)(running->server_after.written_bytes - running->server_before.written_bytes);
    }
    return OK;
}

enum err round_run(const struct course *course, struct why *why, struct round *ret_round)
{
    struct running running AUTO(running_done) = {
        .plan = *course->plan,
        .options = course->options,
        .course = course,
        .is_terminal = isatty(STDERR_FILENO) == 1,
    };

    *ret_round = (struct round){
        .server_cpu_us = NAN, .resident_before = NAN, .resident_after = NAN, .written_bytes = NAN
    };
    return running_go(&running, why, ret_round);
}

enum err round_trace(const struct course *course, struct why *why, struct round *round,
                     double ret_counts[TRACED_KINDS])
{
    struct options options = *course->options;
    struct course traced = *course;

    options.warmup_s = 0; /* what is not measured would be counted, too */
    options.duration_s = fmin(options.duration_s, TRACE_S);
    if (options.count > TRACE_COUNT)
        options.count = TRACE_COUNT;
    traced.options = &options;
    traced.config = NULL;
    traced.counts = ret_counts;
    for (size_t i = 0; i < TRACED_KINDS; i++)
        ret_counts[i] = NAN;
    TRY(round_run(&traced, why, round));
    for (size_t i = 0; i < TRACED_KINDS; i++)
        ret_counts[i] /= (double)(round->tally.good + round->tally.bad);
    return OK;
}
