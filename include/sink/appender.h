/*
 * Lines at the end of a file that others rotate, read and may fill the disk with.
 *
 * What was appended is on disk on return. Whoever moves the file away gets a new one in its place
 * with the next line. Only the thread of the sink; it may wait for the disk.
 */
#ifndef PANGATE_SINK_APPENDER_H
#define PANGATE_SINK_APPENDER_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/why.h"

struct appender {
    const char *path; /* lent */
    int fd;           /* -1: not open */
};

void appender_init(struct appender *appender, const char *path);
void appender_done(struct appender *appender);

/*
 * Whole lines, all or none of them as far as the disk lets us: after a failure they are to be
 * appended again. A line that a crash or a full disk has torn is ended first, so that it spoils no
 * other. ERR_IN_USE while another appender is at it, ERR_NO_SPACE, ERR_IO, ERR_CONFIG (not a
 * regular file), with a sentence.
 */
enum err appender_append(struct appender *appender, struct bytes lines, struct why *why);

#endif
