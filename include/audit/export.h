/*
 * Questions to the log: a scan of its entries with a filter, into a callback or as JSON lines.
 */
#ifndef PANGATE_AUDIT_EXPORT_H
#define PANGATE_AUDIT_EXPORT_H

#include <stdint.h>

#include "audit/entry.h"
#include "audit/filter.h"
#include "audit/log_reader.h"
#include "base/bytes.h"
#include "base/err.h"

/* Called between tiles, to show how far a long scan is: `done` of `all` entries. */
struct audit_progress {
    void (*show)(void *with, uint64_t done, uint64_t all); /* NULL: nobody looks */
    void *with;
};

struct audit_question {
    uint64_t from;  /* the first entry */
    uint64_t until; /* the end, exclusive: the number that the reader was told */
    struct audit_filter filter;
    struct audit_progress progress;
};

/* What takes the answer. An error ends the scan and is its result. */
struct audit_sink {
    enum err (*take)(void *with, uint64_t number, const struct audit_entry *entry);
    void *with;
};

/*
 * Hand over the entries that match, in order. Each of them is hashed and compared with its row, so
 * that a changed entry is not passed off as one of the log; whether the log is whole and unchanged
 * is audit_verify()'s question. ERR_CORRUPT, ERR_NOT_FOUND (an archived file), ERR_NEWER, ERR_IO.
 */
enum err audit_ask(struct audit_reader *reader, const struct audit_question *question,
                   const struct audit_sink *sink);

/* What takes JSON lines, many at a time. */
struct audit_line_sink {
    enum err (*take)(void *with, struct bytes lines);
    void *with;
};

/* The entries that match, one JSON object a line: `pangate audit export`. */
enum err audit_export(struct audit_reader *reader, const struct audit_question *question,
                      const struct audit_line_sink *sink);

#endif
