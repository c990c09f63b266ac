#include "bench/row.h"

#include <stdlib.h>

static const struct row rows[] = {
    { "latency of detokenize", row_latency },
    { "calls of inspect", row_calls },
    { "bound on the sync", row_bound },
    { "lmdb beside batches", row_lmdb },
    { "many cards", row_many },
    { "growth", row_growth },
    { NULL, NULL },
};

enum err row_run(struct arena *arena,
                 enum err (*run)(struct arena *arena, struct figures *figures, struct why *why),
                 struct why *why)
{
    struct figures *figures = calloc(1, sizeof(*figures));
    enum err err = figures == NULL ? ERR_MEMORY : OK;

    if (err == OK)
        err = arena_open_yard(arena, arena->options.cards, why);
    if (err == OK)
        err = run(arena, figures, why);
    free(figures);
    return err;
}

const struct row *row_at(size_t index)
{
    return rows[index].run == NULL ? NULL : &rows[index];
}
