#include "relay/mark.h"

#include "relay/glyph.h"

enum { INNER_MAX = 64 }; /* more than any token, part and a few spaces */

/* Reading a text front to back, knowing where a value would land. */
struct scan {
    struct bytes text;
    size_t at;
    enum content content;
    bool in_string; /* of JSON */
    bool in_cdata;
    bool after_digit; /* what stands before is a digit, or a value that may end in one */
};

static struct bytes rest(const struct scan *scan)
{
    return bytes_from(scan->text, scan->at);
}

/* The next character, or a NUL that is no part of the text at its end. */
static struct glyph peek(const struct scan *scan)
{
    if (scan->at == scan->text.size)
        return (struct glyph){ 0 };
    return glyph_read(rest(scan), scan->content, true);
}

static bool may_begin_escape(uint8_t byte)
{
    return byte == '\\' || byte == '&' || byte == '%';
}

/* Go behind two characters like this one, if they are next. */
static bool take_two(struct scan *scan, uint8_t character)
{
    struct scan ahead = *scan;
    uint8_t first = scan->at < scan->text.size ? scan->text.data[scan->at] : 0;

    if (first != character && !may_begin_escape(first))
        return false;
    for (int i = 0; i < 2; i++) {
        struct glyph glyph = peek(&ahead);
        if (glyph.size == 0 || glyph.character != character)
            return false;
        ahead.at += glyph.size;
    }
    *scan = ahead;
    return true;
}

static enum landing landing_at(const struct scan *scan)
{
    switch (scan->content) {
    case CONTENT_JSON: return scan->in_string ? LANDING_JSON_STRING : LANDING_JSON_VALUE;
    case CONTENT_XML: return scan->in_cdata ? LANDING_CDATA : LANDING_XML;
    case CONTENT_FORM:
    case CONTENT_QUERY: return LANDING_PERCENT;
    case CONTENT_TEXT:
    case CONTENT_HEADER: break;
    }
    return LANDING_TEXT;
}

/* Where the string, value, element or line ends, a mark must have ended. */
static bool is_border(enum content content, struct glyph glyph)
{
    if (glyph.size == 0 || glyph.character < ' ' || glyph.character == '{')
        return true;
    if (glyph.escaped)
        return false;
    switch (content) {
    case CONTENT_JSON: return glyph.character == '"';
    case CONTENT_XML: return glyph.character == '<';
    case CONTENT_FORM:
    case CONTENT_QUERY: return glyph.character == '&';
    case CONTENT_TEXT:
    case CONTENT_HEADER: break;
    }
    return false;
}

#define PART_NAME(name, text) [name] = text,

static enum err read_part(struct bytes name, enum mark_part *ret_part)
{
    static const char *const names[MARK_PARTS] = { MARK_PART_TABLE(PART_NAME) };

    for (size_t i = 0; i < MARK_PARTS; i++) {
        if (bytes_equal(name, bytes_str(names[i]))) {
            *ret_part = (enum mark_part)i;
            return OK;
        }
    }
    return ERR_BAD_MARK;
}

static struct bytes trim(struct bytes text)
{
    while (text.size > 0 && text.data[0] == ' ')
        text = bytes_from(text, 1);
    while (text.size > 0 && text.data[text.size - 1] == ' ')
        text.size--;
    return text;
}

/* TOKEN or TOKEN.part */
static enum err read_inner(struct bytes inner, struct mark *mark)
{
    size_t dot;

    inner = trim(inner);
    dot = bytes_index(inner, '.');
    if (dot < inner.size)
        TRY(read_part(bytes_from(inner, dot + 1), &mark->part));
    mark->has_form = token_parse(bytes_of(inner.data, dot), &mark->token) == OK;
    return OK;
}

/* The rest of a mark whose opening braces have been read. */
static enum err read_mark(struct scan *scan, struct mark *mark)
{
    uint8_t inner[INNER_MAX];
    size_t size = 0;

    while (!take_two(scan, '}')) {
        struct glyph glyph = peek(scan);
        if (is_border(scan->content, glyph) || size == INNER_MAX)
            return ERR_BAD_MARK;
        inner[size++] = glyph.character;
        scan->at += glyph.size;
    }
    mark->size = scan->at - mark->at;
    return read_inner(bytes_of(inner, size), mark);
}

static bool is_digit(uint8_t character)
{
    return character >= '0' && character <= '9';
}

/*
 * A number or a security code that grows together with digits beside it would not be known again
 * when the processor repeats it, so it must stand alone.
 */
static bool stands_alone(const struct scan *scan, const struct mark *mark)
{
    struct glyph next = peek(scan);

    if (mark->part != MARK_NUMBER && mark->part != MARK_CVC)
        return true;
    return !scan->after_digit && !(next.size > 0 && is_digit(next.character)) &&
           next.character != '{';
}

/* Most bytes neither begin a mark nor change where it would land. */
static bool is_plain(uint8_t byte)
{
    static const bool stops[256] = { ['{'] = true, ['\\'] = true, ['%'] = true, ['&'] = true,
                                     ['"'] = true, ['<'] = true,  [']'] = true };

    return !stops[byte];
}

static bool holds(struct bytes text, uint8_t byte)
{
    return text.size > 0 && memchr(text.data, byte, text.size) != NULL;
}

/* Most texts are headers without any brace, raw or escaped. */
static bool may_hold_mark(struct bytes text, enum content content)
{
    if (holds(text, '{'))
        return true;
    switch (content) {
    case CONTENT_JSON: return holds(text, '\\');
    case CONTENT_XML: return holds(text, '&');
    case CONTENT_FORM:
    case CONTENT_QUERY: return holds(text, '%');
    case CONTENT_TEXT:
    case CONTENT_HEADER: break;
    }
    return false;
}

/* Go behind one character, and the plain ones after it. */
static void step(struct scan *scan)
{
    struct glyph glyph = peek(scan);

    if (glyph.character == '"' && !glyph.escaped)
        scan->in_string = !scan->in_string;
    if (glyph.character == '<' && bytes_start_with(rest(scan), bytes_lit("<![CDATA[")))
        scan->in_cdata = true;
    if (glyph.character == ']' && bytes_start_with(rest(scan), bytes_lit("]]>")))
        scan->in_cdata = false;
    scan->at += glyph.size;
    scan->after_digit = is_digit(glyph.character);
    while (scan->at < scan->text.size && is_plain(scan->text.data[scan->at]))
        scan->after_digit = is_digit(scan->text.data[scan->at++]);
}

enum err marks_find(struct bytes text, enum content content, struct marks *ret_marks)
{
    struct scan scan = { .text = text, .content = content };
    struct marks marks;

    marks.count = 0;
    if (!may_hold_mark(text, content))
        scan.at = text.size;
    while (scan.at < text.size) {
        struct mark mark;
        size_t at = scan.at;
        if (!take_two(&scan, '{')) {
            step(&scan);
            continue;
        }
        mark = (struct mark){ .at = at, .landing = landing_at(&scan) };
        TRY(read_mark(&scan, &mark));
        if (!stands_alone(&scan, &mark))
            return ERR_BAD_MARK;
        scan.after_digit = true;
        TRY(marks_insert(&marks, &mark));
    }
    memcpy(ret_marks->list, marks.list, marks.count * sizeof(marks.list[0]));
    ret_marks->count = marks.count;
    return OK;
}

enum err marks_insert(struct marks *marks, const struct mark *mark)
{
    size_t i = marks->count;

    while (i > 0 && marks->list[i - 1].at >= mark->at + mark->size)
        i--;
    if (i > 0 && marks->list[i - 1].at + marks->list[i - 1].size > mark->at)
        return OK;
    if (marks->count == MARKS_MAX)
        return ERR_BAD_MARK;
    memmove(&marks->list[i + 1], &marks->list[i], (marks->count - i) * sizeof(*mark));
    marks->list[i] = *mark;
    marks->count++;
    return OK;
}
