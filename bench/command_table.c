#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/command.h"
#include "bench/match.h"
#include "bench/row.h"

/* Peers are started only for rows that have some. */
static enum err run_matches(struct arena *arena, struct why *why)
{
    bool is_open = false;

    for (size_t i = 0; match_at(i) != NULL; i++) {
        if (!options_want(&arena->options, match_at(i)->name))
            continue;
        if (!is_open) {
            TRY(arena_open_yard(arena, arena->options.cards, why));
            TRY(arena_open(arena, why));
        }
        is_open = true;
        TRY(match_run(match_at(i), arena, why));
    }
    return OK;
}

/* What is built lies in one folder. */
static void find_pangate(struct options *options, char ret_path[PATH_SIZE])
{
    const ssize_t size = readlink("/proc/self/exe", ret_path, PATH_SIZE - 1);
    char *slash;

    ret_path[size < 0 ? 0 : size] = '\0';
    slash = strrchr(ret_path, '/');
    if (options->pangate == NULL && slash != NULL) {
        (void)snprintf(slash, (size_t)(ret_path + PATH_SIZE - slash), "/pangate");
        options->pangate = ret_path;
    }
}

static enum err run(struct arena *arena, struct why *why)
{
    const uint64_t cards = arena->options.cards;

    TRY(run_matches(arena, why));
    for (size_t i = 0; row_at(i) != NULL; i++) {
        if (!options_want(&arena->options, row_at(i)->name))
            continue;
        arena->options.cards = cards;
        TRY(row_at(i)->run(arena, why));
    }
    return verdicts_write(&arena->verdicts, arena->options.markdown, why);
}

int command_table(int argc, char **argv)
{
    struct arena *arena = calloc(1, sizeof(*arena));
    char pangate[PATH_SIZE];
    struct why why = { 0 };
    enum err err;

    if (arena == NULL)
        return EXIT_REFUSED;
    arena->options.has_gateway = true;
    options_parse("table", argc, argv, &arena->options);
    find_pangate(&arena->options, pangate);
    err = run(arena, &why);
    arena_done(arena);
    free(arena);
    return command_end(err, &why);
}
