#include "card/mask.h"

#include "base/must.h"

enum { SHOWN = 6 + 4 };

struct mask mask_of(const struct pan *pan)
{
    struct mask mask = { .length = pan->count };

    pan_first(pan, 6, mask.first6);
    pan_last(pan, 4, mask.last4);
    return mask;
}

void mask_write(const struct mask *mask, struct buf *out)
{
    must(mask->length >= PAN_DIGITS_MIN && mask->length <= PAN_DIGITS_MAX);
    buf_add_str(out, mask->first6);
    for (unsigned i = SHOWN; i < mask->length; i++)
        buf_add_u8(out, '*');
    buf_add_str(out, mask->last4);
}

bool mask_may_keep_first8(unsigned pan_length)
{
    unsigned hidden_min = pan_length == 16 ? 4 : 6;

    return pan_length >= 16 && pan_length <= PAN_DIGITS_MAX && pan_length - 8 - 4 >= hidden_min;
}
