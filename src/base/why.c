#include "base/why.h"

#include <stdarg.h>
#include <stdio.h>

enum err why_say(struct why *why, enum err err, const char *format, ...)
{
    va_list values;

    if (why == NULL || why->text[0] != '\0')
        return err;
    va_start(values, format);
    (void)vsnprintf(why->text, sizeof(why->text), format, values);
    va_end(values);
    return err;
}
