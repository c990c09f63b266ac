#include "bench/command.h"

#include <stdio.h>

#include "bench/options.h"

int command_end(enum err err, const struct why *why)
{
    if (err == OK)
        return EXIT_DONE;
    (void)fprintf(stderr, "pangate-bench: %s\n", why->text[0] == '\0' ? err_text(err) : why->text);
    return EXIT_REFUSED;
}
