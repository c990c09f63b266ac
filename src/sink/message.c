#include "sink/message.h"

#include <unistd.h>

#include "base/instant.h"
#include "base/json_writer.h"

/* RFC 5424, section 6.2.1, tables 1 and 2. */
enum { LOG_AUDIT = 13 };
enum severity { SEVERITY_ALERT = 1, SEVERITY_WARNING = 4, SEVERITY_NOTICE, SEVERITY_INFORMATIONAL };

enum { HEADER_MAX = MESSAGE_HOST_SIZE + 256 };

/* RFC 5424, section 6.4: text that is more than ASCII begins with it. */
static const struct bytes byte_order_mark = { (const uint8_t *)"\xEF\xBB\xBF", 3 };

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

static bool is_ascii(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] >= 0x80)
            return false;
    }
    return true;
}

/* MSG-LEN SP SYSLOG-MSG. Which process entered it is not known, hence no PROCID; of structured data
 * only what IANA has registered, since the object holds everything else. */
static void write_syslog(const struct message_style *style, const struct header *header,
                         struct bytes object, struct buf *out)
{
    const struct bytes mark = is_ascii(object) ? bytes_lit("") : byte_order_mark;
    char storage[HEADER_MAX], time[INSTANT_TEXT_SIZE];
    struct buf text;

    instant_write_ms(header->time_ms, time);
    buf_init_fixed(&text, storage, sizeof(storage));
    buf_format(&text, "<%d>1 %s %s pangate - %s [origin software=\"pangate\" swVersion=\"%s\"] ",
               LOG_AUDIT * 8 + (int)header->severity, time, style->host, header->id,
               PANGATE_VERSION);
    out->failed |= buf_check(&text) != OK;
    buf_add_decimal(out, text.size + mark.size + object.size);
    buf_add_u8(out, ' ');
    buf_add(out, buf_bytes(&text));
    buf_add(out, mark);
    buf_add(out, object);
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
