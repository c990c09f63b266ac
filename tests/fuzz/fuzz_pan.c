/* What pan_parse() accepts is written again as the digits of the text, and is no token. */
#include "base/must.h"
#include "card/brand.h"
#include "card/mask.h"
#include "card/pan.h"
#include "card/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf ascii AUTO(buf_done) = { .max = PAN_DIGITS_MAX };
    struct pan pan AUTO(pan_wipe) = { 0 }, again AUTO(pan_wipe) = { 0 };
    struct token token;

    if (pan_parse(bytes_of(data, size), &pan) != OK) {
        must(pan.count == 0);
        return 0;
    }
    pan_write_ascii(&pan, &ascii);
    must(pan_parse(buf_bytes(&ascii), &again) == OK && pan_equal(&pan, &again));
    must(token_parse(buf_bytes(&ascii), &token) == ERR_NO_TOKEN);
    must(brand_of(&pan) < BRANDS && mask_of(&pan).length == pan.count);
    return 0;
}
