/* What instant_read() accepts is a time that instant_write_ms() can say again. */
#include "base/instant.h"
#include "base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[INSTANT_TEXT_SIZE];
    int64_t ms, again;

    if (instant_read(bytes_of(data, size), &ms) != OK)
        return 0;
    instant_write_ms(ms, text);
    must(instant_read(bytes_str(text), &again) == OK);
    must(again == ms);
    return 0;
}
