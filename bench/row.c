#include "bench/row.h"

static const struct row rows[] = {
    { "latency of detokenize", row_latency },
    { "calls of inspect", row_calls },
    { "bound on the sync", row_bound },
    { "lmdb beside batches", row_lmdb },
    { "many cards", row_many },
    { "growth", row_growth },
    { NULL, NULL },
};

const struct row *row_at(size_t index)
{
    return rows[index].run == NULL ? NULL : &rows[index];
}
