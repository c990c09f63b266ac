/*
 * A sink: where entries and checkpoints of the audit log go off the box.
 *
 * It follows the log on disk with a thread of its own, so it never stops anybody else, needs no
 * more memory when it falls behind, and catches up by itself. What has arrived is remembered in a
 * file: after a restart or a kill it goes on there. An entry may arrive twice, never not at all.
 */
#ifndef PANGATE_SINK_SINK_H
#define PANGATE_SINK_SINK_H

#include "sink/feed.h"
#include "sink/talk.h"

struct sink;

enum { SINK_REASON_SIZE = 256 };

struct sink_options {
    struct sink_log log;
    const char *position; /* the file that remembers */
    const char *file;     /* NULL: it is the ... */
    struct talk_peer peer;
    bool entries, history; /* as of feed_options and feed_begin() */
    size_t size_max;       /* of a parcel */
    int64_t interval_ms;   /* between parcels, once it has caught up */
};

/* All that the options point to is lent, and must outlive the sink. ERR_MEMORY. */
enum err sink_start(const struct sink_options *options, struct sink **ret_sink);

/* Tell it to end. What is under way is given up: it will be sent again. Does not wait. */
void sink_stop(struct sink *sink);

/* Wait for the end of a sink that was told so, and free it. False: it hangs in the kernel, and it
 * and what its options point to must stay. Accepts NULL. */
bool sink_join(struct sink *sink, int64_t timeout_ms);

struct sink_stats {
    uint64_t position;  /* entries below it have arrived */
    uint64_t behind;    /* entries in the log beyond it */
    int64_t behind_ms;  /* how long it has not had all; 0: it has */
    int64_t arrived_ms; /* wall clock of the last that arrived; 0: none since the start */
    uint64_t parcels;   /* that arrived */
    uint64_t errors;
    bool failing;                  /* the last attempt failed */
    char reason[SINK_REASON_SIZE]; /* why; "" if not */
};

void sink_stats(struct sink *sink, struct sink_stats *ret_stats);

#endif
