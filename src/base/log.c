#include "base/log.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/instant.h"

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error"
};

void log_begin(struct log_line *line, enum log_level level, const char *msg)
{
    char time[INSTANT_TEXT_SIZE];

    instant_write_ms(clock_wall_ms(), time);
    buf_init_fixed(&line->text, line->storage, sizeof(line->storage));
    line->json = json_writer_on(&line->text);
    json_open(&line->json, NULL, '{');
    json_str(&line->json, "time", time);
    json_str(&line->json, "level", level_names[level]);
    json_str(&line->json, "msg", msg);
}

static void write_whole(struct bytes text)
{
    ssize_t put = write(STDERR_FILENO, text.data, text.size);

    (void)put; /* nobody is left to tell */
}

static struct bytes finish(struct log_line *line)
{
    json_close(&line->json, '}');
    buf_add_u8(&line->text, '\n');
    if (buf_check(&line->text) == OK)
        return buf_bytes(&line->text);
    return bytes_lit("{\"level\":\"error\",\"msg\":\"a log line was too long\"}\n");
}

void log_end(struct log_line *line)
{
    write_whole(finish(line));
    buf_done(&line->text);
}

void log_gather(struct log_line *line, struct buf *lines)
{
    struct bytes text = finish(line);

    if (lines->size + text.size > lines->max)
        log_flush(lines);
    buf_add(lines, text);
    buf_done(&line->text);
}

void log_flush(struct buf *lines)
{
    if (lines->size > 0)
        write_whole(buf_bytes(lines));
    buf_clear(lines);
}

void log_say(enum log_level level, const char *msg)
{
    struct log_line line;

    log_begin(&line, level, msg);
    log_end(&line);
}
