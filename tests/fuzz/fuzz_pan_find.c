/* Each match lies in the text behind the one before, and reads as a card number by itself. */
#include "base/must.h"
#include "card/pan_find.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = bytes_of(data, size), match = { 0 };
    size_t from = 0, before = 0;

    while (pan_find(text, &from, &match)) {
        struct pan pan AUTO(pan_wipe) = { 0 };
        must(match.data >= text.data + before && match.data + match.size == text.data + from);
        must(match.size <= PAN_TEXT_MAX && pan_parse(match, &pan) == OK);
        must(text_holds_pan(match));
        before = from;
    }
    return 0;
}
