/*
 * What leaves the box, as text: an entry or a checkpoint, as a JSON line or as a syslog message.
 *
 * An entry's line is that of `pangate audit export`. A checkpoint's line has the kind `checkpoint`,
 * how many entries it covers, and the note as it was signed. A syslog message (RFC 5424, framed by
 * RFC 5425, section 4.3) carries the same object in ASCII, without its newline.
 */
#ifndef PANGATE_SINK_MESSAGE_H
#define PANGATE_SINK_MESSAGE_H

#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "base/buf.h"

enum { MESSAGE_HOST_SIZE = 256, MESSAGE_SIZE_MAX = 32 * 1024 };

struct message_style {
    bool syslog;                  /* else JSON lines */
    char host[MESSAGE_HOST_SIZE]; /* of syslog messages; "-" if it is not known */
};

/* With this machine's name, as far as it is one (RFC 5424, section 6.2.4). */
void message_style_init(struct message_style *style, bool syslog);

/* Both append; sticky as every buf. */
void message_entry(const struct message_style *style, uint64_t number,
                   const struct audit_entry *entry, struct buf *out);
void message_checkpoint(const struct message_style *style, int64_t time_ms,
                        const struct audit_checkpoint *checkpoint, struct buf *out);

#endif
