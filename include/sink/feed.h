/*
 * The audit log as parcels for one sink: the entries behind its position, then the checkpoint that
 * covers them.
 *
 * The log on disk is the backlog. Nothing is kept here but one parcel, however far the sink is
 * behind. A parcel never holds an entry beyond the number that the vault has committed.
 */
#ifndef PANGATE_SINK_FEED_H
#define PANGATE_SINK_FEED_H

#include "audit/checkpoint.h"
#include "audit/log_reader.h"
#include "base/buf.h"
#include "sink/message.h"

/* Where the log is, and how far. All lent. */
struct sink_log {
    const char *folder;
    const char *archive; /* NULL: none */
    struct note_verifier verifier;
    uint64_t (*end)(void *with); /* entries below it are in the files for good; any thread */
    void *with;
};

struct feed_options {
    const struct sink_log *log;
    const struct message_style *style;
    bool entries;    /* else checkpoints alone */
    size_t size_max; /* of a parcel, except that one message always fits */
    struct why *why; /* what is wrong with the log; outlives the feed */
};

struct feed {
    struct feed_options options;
    struct audit_reader *reader;
    bool has_checkpoint; /* that the parcels lead to */
    struct audit_checkpoint checkpoint;
    int64_t looked_ms; /* monotonic; what there was then is what the parcels lead to */
};

struct parcel {
    struct buf text; /* empty: there is nothing to send */
    uint64_t next;   /* the position once it has arrived */
};

enum err feed_open(struct feed *feed, const struct feed_options *options);
void feed_close(struct feed *feed); /* accepts zeroes */

/* Where a sink begins that is new: with the first entry that is held, or with what comes. */
enum err feed_begin(const struct feed *feed, bool history, uint64_t *ret_position);

/* Fill an empty parcel with what stands behind the position. ERR_ROLLED_BACK if the log ends before
 * it, or if the log's checkpoint is older than the log; what the log's files say. */
enum err feed_next(struct feed *feed, uint64_t position, struct parcel *parcel);

/* Whether more is known to stand behind a position. */
bool feed_goes_on(const struct feed *feed, uint64_t position);

void parcel_init(struct parcel *parcel, size_t size_max);
void parcel_clear(struct parcel *parcel);
void parcel_done(struct parcel *parcel);

#endif
