#include "sink/message.h"

#include <unistd.h>

#include "base/instant.h"
#include "base/json_writer.h"

/* RFC 5424, section 6.2.1, tables 1 and 2. */
enum { LOG_AUDIT = 13 };
enum severity { SEVERITY_ALERT = 1, SEVERITY_WARNING = 4, SEVERITY_NOTICE, SEVERITY_INFORMATIONAL };

enum { HEADER_MAX = MESSAGE_HOST_SIZE + 256 };

struct header {
    enum severity severity;
    int64_t time_ms;
    const char *id;
};

void message_style_init(struct message_style *style, bool syslog)
{
    char *host = style->host;

    style->syslog = syslog;
    if (gethostname(host, MESSAGE_HOST_SIZE) != 0)
        host[0] = '\0';
    host[MESSAGE_HOST_SIZE - 1] = '\0';
    for (const char *at = host; *at != '\0'; at++) {
        if (*at < '!' || *at > '~')
            host[0] = '\0';
    }
    if (host[0] == '\0')
        (void)bytes_copy_text(bytes_lit("-"), host, MESSAGE_HOST_SIZE);
}

/* The code point of the well-formed UTF-8 sequence at the front, and its size (RFC 3629). */
static uint32_t code_point(const uint8_t *text, size_t *ret_size)
{
    uint32_t point = text[0];

    *ret_size = point < 0x80 ? 1 : point < 0xE0 ? 2 : point < 0xF0 ? 3 : 4;
    if (*ret_size > 1)
        point &= 0x7Fu >> *ret_size;
    for (size_t i = 1; i < *ret_size; i++)
        point = point << 6 | (text[i] & 0x3F);
    return point;
}

/* The same object in ASCII (RFC 8259, section 7): text beyond it would have to begin with a byte
 * order mark (RFC 5424, section 6.4), at which readers of JSON stumble. */
static void write_ascii(struct bytes object, struct buf *out)
{
    size_t size;

    for (size_t i = 0; i < object.size; i += size) {
        uint32_t point = code_point(object.data + i, &size);

        if (point < 0x80) {
            buf_add_u8(out, (uint8_t)point);
        } else if (point < 0x10000) {
            buf_format(out, "\\u%04x", (unsigned)point);
        } else {
            point -= 0x10000;
            buf_format(out, "\\u%04x\\u%04x", 0xD800 | (unsigned)(point >> 10),
                       0xDC00 | (unsigned)(point & 0x3FF));
        }
    }
}

/* MSG-LEN SP SYSLOG-MSG. Which process entered it is not known, hence no PROCID; of structured data
 * only what IANA has registered, since the object holds everything else. */
static void write_syslog(const struct message_style *style, const struct header *header,
                         struct bytes object, struct buf *out)
{
    struct buf text AUTO(buf_done) = { 0 };
    char time[INSTANT_TEXT_SIZE];

    instant_write_ms(header->time_ms, time);
    buf_init(&text, HEADER_MAX + 2 * MESSAGE_SIZE_MAX);
    buf_format(&text, "<%d>1 %s %s pangate - %s [origin software=\"pangate\" swVersion=\"%s\"] ",
               LOG_AUDIT * 8 + (int)header->severity, time, style->host, header->id,
               PANGATE_VERSION);
    write_ascii(object, &text);
    out->failed |= buf_check(&text) != OK;
    buf_add_decimal(out, text.size);
    buf_add_u8(out, ' ');
    buf_add(out, buf_bytes(&text));
}

/* `line` is an object and its newline. */
static void write_message(const struct message_style *style, const struct header *header,
                          const struct buf *line, struct buf *out)
{
    struct bytes object = buf_bytes(line);

    if (buf_check(line) != OK) {
        out->failed = true;
        return;
    }
    if (!style->syslog) {
        buf_add(out, object);
        return;
    }
    object.size--;
    write_syslog(style, header, object, out);
}

static enum severity severity_of(const struct audit_entry *entry)
{
    if (entry->kind == AUDIT_ALARM)
        return SEVERITY_ALERT;
    if (entry->kind == AUDIT_CLOCK_JUMP || entry->outcome == AUDIT_FAILED ||
        entry->outcome == AUDIT_UNKNOWN)
        return SEVERITY_WARNING;
    return entry->outcome == AUDIT_OK ? SEVERITY_INFORMATIONAL : SEVERITY_NOTICE;
}

void message_entry(const struct message_style *style, uint64_t number,
                   const struct audit_entry *entry, struct buf *out)
{
    const struct header header = { severity_of(entry), entry->time_ms,
                                   audit_kind_word(entry->kind) };
    struct buf line AUTO(buf_done) = { 0 };

    buf_init(&line, MESSAGE_SIZE_MAX);
    audit_entry_export(entry, number, &line);
    write_message(style, &header, &line, out);
}

void message_checkpoint(const struct message_style *style, int64_t time_ms,
                        const struct audit_checkpoint *checkpoint, struct buf *out)
{
    const struct header header = { SEVERITY_INFORMATIONAL, time_ms, "checkpoint" };
    struct buf line AUTO(buf_done) = { 0 };
    struct json_writer json = json_writer_on(&line);
    char time[INSTANT_TEXT_SIZE];

    buf_init(&line, MESSAGE_SIZE_MAX);
    instant_write_ms(time_ms, time);
    json_open(&json, NULL, '{');
    json_str(&json, "time", time);
    json_str(&json, "kind", header.id);
    json_decimal_string(&json, "entries", checkpoint->head.size);
    json_text(&json, "checkpoint", audit_checkpoint_note(checkpoint));
    json_close(&json, '}');
    buf_add_u8(&line, '\n');
    write_message(style, &header, &line, out);
}
