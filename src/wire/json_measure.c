#include "wire/json_measure.h"

#include <stdbool.h>

/* Where the text has come to. */
struct scan {
    size_t depth;
    size_t commas; /* in the array that is a member of the outermost object */
    bool in_array; /* in such an array, or deeper */
    bool in_string;
    struct json_measure measure;
};

static void count_item(struct scan *scan)
{
    size_t items = scan->commas + 1;

    if (items > scan->measure.items)
        scan->measure.items = items;
}

/* Each value but the first stands behind a comma or behind what opens its object or array. */
static void scan_mark(struct scan *scan, uint8_t byte)
{
    switch (byte) {
    case '[':
    case '{':
        scan->measure.values++;
        if (scan->depth++ == 1) {
            scan->in_array = byte == '[';
            scan->commas = 0;
        }
        break;
    case ']':
    case '}': scan->depth -= scan->depth > 0; break;
    case ',':
        scan->measure.values++;
        scan->commas += scan->depth == 2;
        break;
    case ' ':
    case '\t':
    case '\n':
    case '\r': return;
    default: break;
    }
    if (scan->depth == 2 && scan->in_array && byte != '[')
        count_item(scan);
}

struct json_measure json_measure(struct bytes text)
{
    struct scan scan = { .measure = { .values = 1 } };

    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = text.data[i];
        if (byte == '"') {
            scan.in_string = !scan.in_string;
            scan_mark(&scan, byte);
        } else if (scan.in_string) {
            i += byte == '\\';
        } else {
            scan_mark(&scan, byte);
        }
    }
    return scan.measure;
}
