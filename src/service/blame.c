#include "service/blame.h"

void blame_note(struct blame *blame, enum err err, const char *field)
{
    if (err == OK || (blame->err != OK && err_http(err) >= err_http(blame->err)))
        return;
    *blame = (struct blame){ err, field };
}
