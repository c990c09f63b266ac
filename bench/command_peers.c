#include <stdlib.h>
#include <string.h>

#include "bench/command.h"
#include "bench/match.h"

static enum err run(struct arena *arena, struct why *why)
{
    TRY(arena_open(arena, why));
    for (size_t i = 0; match_at(i) != NULL; i++)
        if (!match_at(i)->is_forward && /* its route is not known */
            options_want(&arena->options, match_at(i)->name))
            TRY(match_run(match_at(i), arena, why));
    return verdicts_write(&arena->verdicts, arena->options.markdown, why);
}

int command_peers(int argc, char **argv)
{
    struct arena *arena = calloc(1, sizeof(*arena));
    struct why why = { 0 };
    enum err err;

    if (arena == NULL)
        return EXIT_REFUSED;
    options_parse("peers", argc, argv, &arena->options);
    err = run(arena, &why);
    arena_done(arena);
    free(arena);
    return command_end(err, &why);
}
