/*
 * JSON lines on standard error, each whole in one write. Used by gateway and cli only; lower layers
 * return errors. No PAN, body, path or token is ever given to it.
 */
#ifndef PANGATE_BASE_LOG_H
#define PANGATE_BASE_LOG_H

#include "base/buf.h"
#include "base/json_writer.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_line {
    struct buf text;
    struct json_writer json; /* add members with json_*() */
    uint8_t storage[2048];   /* what does not fit is replaced by a line that says so */
};

void log_begin(struct log_line *line, enum log_level level, const char *msg);
void log_end(struct log_line *line);

/* Instead of log_end(): append the line to others, for one write of them all by log_flush(), which
 * happens here when they would outgrow the buffer's maximum. */
void log_gather(struct log_line *line, struct buf *lines);
void log_flush(struct buf *lines);

/* A line with nothing but a message made of trusted parts. */
void log_say(enum log_level level, const char *msg);

#endif
