#include "sink/feed.h"

#include "audit/archive.h"
#include "audit/export.h"
#include "base/clock.h"

enum { ENTRIES_MAX = 4096 /* in one parcel: so far a scan goes at most */ };

enum err feed_open(struct feed *feed, const struct feed_options *options)
{
    const struct audit_reader_options reader = { .folder = options->log->folder,
                                                 .archive = options->log->archive,
                                                 .why = options->why };

    *feed = (struct feed){ .options = *options };
    return audit_reader_new(&reader, &feed->reader);
}

void feed_close(struct feed *feed)
{
    audit_reader_free(feed->reader);
    *feed = (struct feed){ 0 };
}

enum err feed_begin(const struct feed *feed, bool history, uint64_t *ret_position)
{
    const struct sink_log *log = feed->options.log;
    struct audit_archive archive = { .folder = log->folder,
                                     .archive = log->archive,
                                     .now_ms = clock_wall_ms(),
                                     .why = feed->options.why };
    uint64_t end = log->end(log->with);

    if (!history || !feed->options.entries) {
        *ret_position = history ? 0 : end;
        return OK;
    }
    audit_archive_periods(&archive);
    return audit_archive_first(&archive, end, ret_position);
}

bool feed_goes_on(const struct feed *feed, uint64_t position)
{
    return feed->has_checkpoint && feed->checkpoint.head.size > position;
}

struct packing {
    const struct feed_options *options;
    struct parcel *parcel;
    bool is_full;
};

/* An error ends the scan: what does not fit is the next parcel's. */
static enum err pack_entry(void *with, uint64_t number, const struct audit_entry *entry)
{
    struct packing *packing = with;
    struct buf *text = &packing->parcel->text;
    size_t before = text->size;

    message_entry(packing->options->style, number, entry, text);
    TRY(buf_check(text));
    if (before > 0 && text->size > packing->options->size_max) {
        buf_cut(text, before);
        packing->is_full = true;
        return ERR_LIMIT;
    }
    packing->parcel->next = number + 1;
    return OK;
}

static enum err pack_entries(struct feed *feed, uint64_t until, struct parcel *parcel)
{
    struct packing packing = { .options = &feed->options, .parcel = parcel };
    const struct audit_sink sink = { pack_entry, &packing };
    struct audit_question question = { .from = parcel->next, .until = until };
    enum err err;

    if (until - parcel->next > ENTRIES_MAX)
        question.until = parcel->next + ENTRIES_MAX;
    err = audit_ask(feed->reader, &question, &sink);
    return packing.is_full ? OK : err;
}

/* The log's own last checkpoint: on its way to it a sink looks for no other. It was stored before
 * the vault committed what it covers, and so is never behind `end`. */
static enum err find_checkpoint(struct feed *feed, uint64_t position, uint64_t end)
{
    const struct sink_log *log = feed->options.log;

    if (feed_goes_on(feed, position))
        return OK;
    feed->has_checkpoint = false;
    feed->looked_ms = clock_mono_ms();
    TRY(audit_checkpoint_load(log->folder, &log->verifier, &feed->checkpoint, feed->options.why));
    if (feed->checkpoint.head.size < end)
        return why_say(
            feed->options.why, ERR_ROLLED_BACK,
            "%s/checkpoint: covers %llu entries, the log has %llu: an older copy was put "
            "in its place",
            log->folder, (unsigned long long)feed->checkpoint.head.size, (unsigned long long)end);
    feed->has_checkpoint = true;
    return OK;
}

/* With a checkpoint that does not fit any more the next parcel begins. */
static enum err pack_checkpoint(struct feed *feed, struct parcel *parcel)
{
    message_checkpoint(feed->options.style, clock_wall_ms(), &feed->checkpoint, &parcel->text);
    return buf_check(&parcel->text);
}

enum err feed_next(struct feed *feed, uint64_t position, struct parcel *parcel)
{
    const struct sink_log *log = feed->options.log;
    uint64_t end = log->end(log->with), until;

    parcel->next = position;
    if (end < position)
        return why_say(feed->options.why, ERR_ROLLED_BACK,
                       "the log has %llu entries, fewer than the %llu that have arrived there: it "
                       "was replaced by an older copy",
                       (unsigned long long)end, (unsigned long long)position);
    if (end == position) {
        feed->looked_ms = clock_mono_ms();
        return OK;
    }
    TRY(find_checkpoint(feed, position, end));
    until = feed->checkpoint.head.size < end ? feed->checkpoint.head.size : end;
    if (feed->options.entries)
        TRY(pack_entries(feed, until, parcel));
    else
        parcel->next = until;
    return parcel->next == feed->checkpoint.head.size ? pack_checkpoint(feed, parcel) : OK;
}

void parcel_init(struct parcel *parcel, size_t size_max)
{
    *parcel = (struct parcel){ 0 };
    buf_init(&parcel->text, size_max + 2 * MESSAGE_SIZE_MAX);
}

void parcel_clear(struct parcel *parcel)
{
    buf_clear(&parcel->text);
}

void parcel_done(struct parcel *parcel)
{
    buf_done(&parcel->text);
}
