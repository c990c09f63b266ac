/*
 * The first byte says what the rest is. Marks lie in order within the text; with values put in,
 * the text is longer or shorter by just the marks if nothing has to be escaped.
 */
#include "base/must.h"
#include "relay/fields.h"
#include "relay/mark.h"
#include "relay/substitute.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t marked_size(struct bytes text, const struct marks *marks)
{
    size_t end = 0, total = 0;

    for (size_t i = 0; i < marks->count; i++) {
        const struct mark *mark = &marks->list[i];
        must(mark->at >= end && mark->size <= text.size && mark->at <= text.size - mark->size);
        must(mark->has_form == (mark->token.size > 0) && mark->part < MARK_PARTS);
        end = mark->at + mark->size;
        total += mark->size;
    }
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum content content = size > 0 ? (enum content)(data[0] % (CONTENT_HEADER + 1)) : CONTENT_TEXT;
    struct bytes text = bytes_from(bytes_of(data, size), 1), values[MARKS_MAX];
    struct buf out AUTO(buf_done) = { .max = size + MARKS_MAX };
    struct fields fields = { 0 };
    struct marks marks = { 0 };

    must(fields_add(&fields, bytes_lit("/card/number")) == OK);
    must(fields_add(&fields, bytes_lit("/items/1/card")) == OK);
    must(fields_add(&fields, bytes_lit("form:card[number]")) == OK);
    if (marks_find(text, content, &marks) != OK ||
        fields_find(&fields, text, content, &marks) != OK)
        return 0;
    for (size_t i = 0; i < MARKS_MAX; i++)
        values[i] = bytes_lit("7");
    must(substitute(text, &marks, values, &out) == OK);
    must(out.size == text.size - marked_size(text, &marks) + marks.count);
    return 0;
}
