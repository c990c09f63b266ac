#include "audit/export.h"

#include "base/buf.h"

enum {
    LINES_MAX = 256 * 1024, /* text that waits to be handed over */
    LINE_MAX = 16 * 1024,   /* an entry with every text full and every byte escaped is below */
};

/* Entries of one tile that lie in the range of the question. */
static enum err ask_tile(struct audit_reader *reader, const struct audit_question *question,
                         const struct audit_sink *sink, const struct audit_tile *tile)
{
    for (uint32_t i = 0; i < tile->count; i++) {
        uint64_t number = tile->first + i;
        struct audit_entry entry;
        enum err err;

        if (number < question->from)
            continue;
        err = audit_entry_read(audit_tile_leaf(tile, i), &entry);
        if (err != OK)
            return audit_reader_blame_entry(reader, err, number);
        if (!audit_filter_matches(&question->filter, &entry))
            continue;
        if (!audit_tile_is_sound(audit_reader_hasher(reader), tile, i))
            return audit_reader_blame_entry(reader, ERR_CORRUPT, number);
        TRY(sink->take(sink->with, number, &entry));
    }
    return OK;
}

enum err audit_ask(struct audit_reader *reader, const struct audit_question *question,
                   const struct audit_sink *sink)
{
    const struct audit_progress *progress = &question->progress;
    struct audit_tile tile AUTO(audit_tile_done);

    audit_tile_init(&tile);
    for (uint64_t index = question->from / AUDIT_TILE_LEAVES;
         index * AUDIT_TILE_LEAVES < question->until; index++) {
        uint64_t left = question->until - index * AUDIT_TILE_LEAVES;
        uint32_t count = left < AUDIT_TILE_LEAVES ? (uint32_t)left : AUDIT_TILE_LEAVES;

        if (progress->show != NULL)
            progress->show(progress->with, index * AUDIT_TILE_LEAVES, question->until);
        TRY(audit_reader_tile(reader, index, count, &tile));
        TRY(ask_tile(reader, question, sink, &tile));
    }
    return OK;
}

struct lines {
    struct buf text;
    const struct audit_line_sink *sink;
};

static enum err lines_flush(struct lines *lines)
{
    TRY(buf_check(&lines->text));
    if (lines->text.size > 0)
        TRY(lines->sink->take(lines->sink->with, buf_bytes(&lines->text)));
    lines->text.size = 0;
    return OK;
}

static enum err lines_add(void *with, uint64_t number, const struct audit_entry *entry)
{
    struct lines *lines = with;

    audit_entry_export(entry, number, &lines->text);
    return lines->text.size < LINES_MAX ? OK : lines_flush(lines);
}

static void lines_done(struct lines *lines)
{
    buf_done(&lines->text);
}

enum err audit_export(struct audit_reader *reader, const struct audit_question *question,
                      const struct audit_line_sink *sink)
{
    struct lines lines AUTO(lines_done) = { .sink = sink };
    const struct audit_sink entries = { lines_add, &lines };

    buf_init(&lines.text, LINES_MAX + LINE_MAX);
    TRY(audit_ask(reader, question, &entries));
    return lines_flush(&lines);
}
