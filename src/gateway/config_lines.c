#include "gateway/config_lines.h"

#include <ini.h>

struct lines {
    struct bytes rest;
    unsigned line;
    const struct config_lines_handler *handler;
    void *owner;
};

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static struct bytes without_blanks(struct bytes text)
{
    while (text.size > 0 && is_blank(text.data[0]))
        text = bytes_from(text, 1);
    while (text.size > 0 && is_blank(text.data[text.size - 1]))
        text.size--;
    return text;
}

static bool is_comment(struct bytes line)
{
    return line.data[0] == ';' || line.data[0] == '#';
}

/* The name in "[name]", with nothing but a comment behind it. */
static const char *read_section(struct bytes line, struct bytes *ret_name)
{
    size_t end = bytes_index(line, ']');
    struct bytes behind = without_blanks(bytes_from(line, end + 1));

    if (end == line.size || (behind.size > 0 && !is_comment(behind)))
        return "is no section: it must be [NAME]";
    if (end - 1 > CONFIG_SECTION_MAX)
        return "has a section name of more than 49 bytes";
    *ret_name = without_blanks(bytes_of(line.data + 1, end - 1));
    return NULL;
}

/* The library also takes ':' for '=', and nothing at all for an option whose '=' stands in a
 * comment. */
static const char *judge_option(struct bytes line)
{
    bool was_blank = false;

    for (size_t i = 0; i < line.size; i++) {
        uint8_t byte = line.data[i];
        if (byte == '=')
            return NULL;
        if (byte == ':' || (byte == ';' && was_blank))
            break;
        was_blank = is_blank(byte);
    }
    return "is no option: it must be NAME = VALUE";
}

/* Tell the handler of a section; of one that cannot be read without a name. */
static const char *judge_section(const struct lines *lines, struct bytes line)
{
    struct bytes name = { 0 };
    const char *problem = read_section(line, &name);

    lines->handler->section(lines->owner, lines->line, name);
    return problem;
}

/* What is wrong with a line as such, or NULL. */
static const char *judge_line(const struct lines *lines, struct bytes raw)
{
    struct bytes line = without_blanks(raw);

    if (raw.size > CONFIG_LINE_MAX)
        return "is longer than 198 bytes";
    if (bytes_index(raw, 0) < raw.size)
        return "holds a NUL";
    if (line.size == 0 || is_comment(line))
        return NULL;
    if (raw.data != line.data)
        return "begins with a blank";
    return line.data[0] == '[' ? judge_section(lines, line) : judge_option(line);
}

static struct bytes take_line(struct lines *lines)
{
    size_t end = bytes_index(lines->rest, '\n');
    struct bytes line = bytes_of(lines->rest.data, end);

    lines->rest = bytes_from(lines->rest, end + 1);
    lines->line++;
    return line;
}

/* A line with a mistake in it reaches the library as an empty one. */
static char *next_line(char *ret_line, int size, void *stream)
{
    struct lines *lines = stream;
    struct bytes line;
    const char *problem;

    if (lines->rest.size == 0)
        return NULL;
    line = take_line(lines);
    problem = judge_line(lines, line);
    if (problem != NULL)
        lines->handler->mistake(lines->owner, lines->line, problem);
    if (problem != NULL || !bytes_copy_text(line, ret_line, (size_t)size))
        ret_line[0] = '\0';
    return ret_line;
}

static int on_option(void *owner, const char *section, const char *name, const char *value)
{
    struct lines *lines = owner;

    (void)section;
    lines->handler->option(lines->owner, lines->line, bytes_str(name), bytes_str(value));
    return 1;
}

void config_lines_read(struct bytes text, const struct config_lines_handler *handler, void *owner)
{
    struct lines lines = { .rest = text, .handler = handler, .owner = owner };

    (void)ini_parse_stream(next_line, &lines, on_option, &lines);
}
