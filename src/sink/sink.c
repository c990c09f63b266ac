#include "sink/sink.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/must.h"
#include "net/resolver.h"
#include "net/timer.h"
#include "sink/appender.h"
#include "sink/position.h"

enum { RETRY_MS = 250, RETRY_DOUBLINGS = 7 /* to 32 s between attempts */ };

/*  look --> (nothing to send: look again after the interval)
 *       --> deliver --> arrived --> look
 *                   --> failed  --> (longer and longer) --> deliver the same again */
struct sink {
    struct sink_options options;
    struct message_style style;
    struct loop *loop;
    struct resolver *resolver; /* of its own: a name that nobody answers for stops nobody else */
    struct timer look;
    struct feed feed;
    struct parcel parcel;
    struct appender appender;
    struct talk *talk;
    unsigned failures; /* since the last success */
    bool has_position;
    uint64_t position;
    struct why why;
    pthread_t thread;

    pthread_mutex_t lock; /* of what follows */
    struct sink_stats stats;
    int64_t current_ms; /* as of then it had everything */
};

static void look_after(struct sink *sink, int64_t ms)
{
    timer_set(&sink->look, ms);
}

static void failed(struct sink *sink, enum err err)
{
    struct sink_stats *stats = &sink->stats;
    const char *reason = sink->why.text[0] == '\0' ? err_text(err) : sink->why.text;

    must(pthread_mutex_lock(&sink->lock) == 0);
    stats->errors++;
    stats->failing = true;
    (void)snprintf(stats->reason, sizeof(stats->reason), "%.*s", SINK_REASON_SIZE - 1, reason);
    must(pthread_mutex_unlock(&sink->lock) == 0);
    look_after(sink, (int64_t)RETRY_MS << sink->failures);
    if (sink->failures < RETRY_DOUBLINGS)
        sink->failures++;
}

static void went_well(struct sink *sink, bool is_current)
{
    struct sink_stats *stats = &sink->stats;

    sink->failures = 0;
    must(pthread_mutex_lock(&sink->lock) == 0);
    stats->failing = false;
    stats->reason[0] = '\0';
    stats->position = sink->position;
    if (is_current)
        sink->current_ms = sink->feed.looked_ms;
    must(pthread_mutex_unlock(&sink->lock) == 0);
}

static void count_arrival(struct sink *sink)
{
    must(pthread_mutex_lock(&sink->lock) == 0);
    sink->stats.parcels++;
    sink->stats.arrived_ms = clock_wall_ms();
    must(pthread_mutex_unlock(&sink->lock) == 0);
}

/* On to what has come meanwhile: at once, if that was not all that there was. */
static void arrived(struct sink *sink)
{
    const bool is_current = !feed_goes_on(&sink->feed, sink->parcel.next);

    sink->position = sink->parcel.next;
    parcel_clear(&sink->parcel);
    count_arrival(sink);
    if (position_save(sink->options.position, sink->position, &sink->why) != OK) {
        failed(sink, ERR_IO);
        return;
    }
    went_well(sink, is_current);
    look_after(sink, is_current ? sink->options.interval_ms : 0);
}

static void on_done(void *owner, enum err err)
{
    if (err == OK)
        arrived(owner);
    else
        failed(owner, err);
}

/* Of a new sink it is written down at once: what comes before it first arrives is its, too. */
static enum err load_position(struct sink *sink)
{
    enum err err = position_load(sink->options.position, &sink->position, &sink->why);

    if (err != ERR_NOT_FOUND)
        return err;
    TRY(feed_begin(&sink->feed, sink->options.history, &sink->position));
    return position_save(sink->options.position, sink->position, &sink->why);
}

static enum err find_position(struct sink *sink)
{
    if (sink->has_position)
        return OK;
    TRY(load_position(sink));
    sink->has_position = true;
    must(pthread_mutex_lock(&sink->lock) == 0);
    sink->stats.position = sink->position;
    must(pthread_mutex_unlock(&sink->lock) == 0);
    return OK;
}

/* A parcel that has not arrived is still there. */
static enum err fill(struct sink *sink)
{
    if (sink->parcel.text.size > 0)
        return OK;
    TRY(find_position(sink));
    return feed_next(&sink->feed, sink->position, &sink->parcel);
}

static void on_look(void *owner)
{
    struct sink *sink = owner;
    struct bytes text;
    enum err err;

    sink->why.text[0] = '\0';
    err = fill(sink);
    text = buf_bytes(&sink->parcel.text);
    if (err != OK) {
        parcel_clear(&sink->parcel);
        failed(sink, err);
    } else if (text.size == 0) {
        went_well(sink, true);
        look_after(sink, sink->options.interval_ms);
    } else if (sink->talk != NULL) {
        talk_send(sink->talk, text);
    } else {
        on_done(sink, appender_append(&sink->appender, text, &sink->why));
    }
}

static void *sink_run(void *argument)
{
    struct sink *sink = argument;

    look_after(sink, 0);
    loop_run(sink->loop);
    return NULL;
}

/* Accepts a half-built one. */
static void sink_free(struct sink *sink)
{
    talk_free(sink->talk);
    resolver_free(sink->resolver);
    if (sink->loop != NULL)
        timer_stop(&sink->look);
    loop_free(sink->loop);
    appender_done(&sink->appender);
    feed_close(&sink->feed);
    parcel_done(&sink->parcel);
    must(pthread_mutex_destroy(&sink->lock) == 0);
    free(sink);
}

static enum err open_talk(struct sink *sink)
{
    const struct talk_options options = { .peer = &sink->options.peer,
                                          .loop = sink->loop,
                                          .resolver = sink->resolver,
                                          .why = &sink->why,
                                          .done = on_done,
                                          .owner = sink };

    return talk_new(&options, &sink->talk);
}

static enum err sink_build(struct sink *sink)
{
    const struct feed_options feed = { .log = &sink->options.log,
                                       .style = &sink->style,
                                       .entries = sink->options.entries,
                                       .size_max = sink->options.size_max,
                                       .why = &sink->why };

    message_style_init(&sink->style, sink->options.file == NULL && sink->options.peer.syslog);
    parcel_init(&sink->parcel, sink->options.size_max);
    sink->options.peer.size_max = sink->parcel.text.max;
    TRY(loop_new(&sink->loop));
    timer_init(&sink->look, sink->loop, on_look, sink);
    TRY(feed_open(&sink->feed, &feed));
    if (sink->options.file != NULL)
        return OK;
    TRY(resolver_new(&sink->resolver));
    return open_talk(sink);
}

enum err sink_start(const struct sink_options *options, struct sink **ret_sink)
{
    struct sink *sink = calloc(1, sizeof(*sink));
    enum err err;

    if (sink == NULL)
        return ERR_MEMORY;
    sink->options = *options;
    sink->current_ms = clock_mono_ms();
    appender_init(&sink->appender, options->file);
    must(pthread_mutex_init(&sink->lock, NULL) == 0);
    err = sink_build(sink);
    if (err == OK && pthread_create(&sink->thread, NULL, sink_run, sink) != 0)
        err = ERR_MEMORY;
    if (err != OK)
        sink_free(sink);
    else
        *ret_sink = sink;
    return err;
}

void sink_stop(struct sink *sink)
{
    loop_stop(sink->loop);
}

bool sink_join(struct sink *sink, int64_t timeout_ms)
{
    struct timespec until;

    if (sink == NULL)
        return true;
    must(clock_gettime(CLOCK_REALTIME, &until) == 0);
    until.tv_sec += timeout_ms / 1000;
    if (pthread_timedjoin_np(sink->thread, NULL, &until) != 0)
        return false;
    sink_free(sink);
    return true;
}

void sink_stats(struct sink *sink, struct sink_stats *ret_stats)
{
    const struct sink_log *log = &sink->options.log;
    uint64_t end = log->end(log->with);

    must(pthread_mutex_lock(&sink->lock) == 0);
    *ret_stats = sink->stats;
    if (ret_stats->position < end) {
        ret_stats->behind = end - ret_stats->position;
        ret_stats->behind_ms = clock_mono_ms() - sink->current_ms;
    }
    must(pthread_mutex_unlock(&sink->lock) == 0);
}
