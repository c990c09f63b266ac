#include "bench/row.h"

static const struct row rows[] = {
    { 0 },
};

const struct row *row_at(size_t index)
{
    return rows[index].run == NULL ? NULL : &rows[index];
}
