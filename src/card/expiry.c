#include "card/expiry.h"

enum err expiry_make(int64_t month, int64_t year, struct expiry *ret_expiry)
{
    if (month < 1 || month > 12 || year < 2000 || year > 2099)
        return ERR_BAD_EXPIRY;
    *ret_expiry = (struct expiry){ .month = (uint8_t)month, .year = (uint16_t)year };
    return OK;
}
