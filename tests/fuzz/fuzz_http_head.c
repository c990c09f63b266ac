/* However a request head is cut, the verdict is the same; and what was read lies within it. */
#include "base/must.h"
#include "wire/http_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_MAX_OF_HEAD = 1024 };

static enum http_step read_in_pieces(struct http_head *head, struct bytes text, size_t piece)
{
    enum http_step step = HTTP_MORE;

    http_head_start(head, SIZE_MAX_OF_HEAD);
    for (size_t end = 0; step == HTTP_MORE && end < text.size;) {
        end = text.size - end < piece ? text.size : end + piece;
        step = http_head_read(head, bytes_of(text.data, end));
    }
    return step;
}

static void check_span(struct http_span span, struct bytes head)
{
    must(span.at + span.size <= head.size);
    must(bytes_index(http_span_bytes(span, head), '\n') == span.size);
}

static void check_facts(const struct http_head *head, struct bytes text)
{
    struct bytes all = bytes_of(text.data, head->size);

    must(head->size <= SIZE_MAX_OF_HEAD && bytes_end_with(all, bytes_lit("\r\n\r\n")));
    must(head->is_old || http_fields_have(&head->fields, HTTP_HOST));
    must(head->fields.count <= HTTP_FIELDS_MAX);
    check_span(head->method_text, all);
    check_span(head->target, all);
    check_span(head->path, all);
    check_span(head->query, all);
    check_span(head->authority, all);
    for (uint8_t i = 0; i < head->fields.count; i++) {
        check_span(head->fields.at[i].name, all);
        check_span(head->fields.at[i].value, all);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_head head, again;
    struct bytes text;
    enum http_step step;

    if (size < 2)
        return 0;
    text = bytes_of(data + 1, size - 1);
    step = read_in_pieces(&head, text, SIZE_MAX);
    must(step == read_in_pieces(&again, text, data[0] % 32U + 1));
    if (step == HTTP_BAD)
        must(head.err == again.err && head.err != OK);
    if (step == HTTP_DONE) {
        must(head.size == again.size);
        check_facts(&head, text);
    }
    return 0;
}
