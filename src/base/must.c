#include "base/must.h"

#include <stdio.h>
#include <stdlib.h>

void must_fail(const char *condition, const char *file, int line)
{
    (void)fprintf(stderr, "pangate: broken promise at %s:%d: %s\n", file, line, condition);
    abort();
}
