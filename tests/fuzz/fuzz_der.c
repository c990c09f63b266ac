/* What is strict as a whole can be taken element by element, and nothing is left. */
#include "base/must.h"
#include "net/der.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = bytes_of(data, size);
    const bool strict = der_is_strict(text);
    struct der element;

    must(!strict || (der_take(&text, &element) && text.size == 0));
    while (strict && element.tag & DER_CONSTRUCTED && element.content.size > 0) {
        text = element.content;
        must(der_take(&text, &element));
    }
    (void)der_text_is_clean(bytes_of(data, size), DER_UTF8_STRING);
    return 0;
}
