/*
 * What is wrong with a request, where several things are.
 *
 * A caller is told one of them: what is malformed (400) before what cannot be processed (422),
 * and of each kind the first that was found. So values are judged in any order, each on its own.
 */
#ifndef PANGATE_SERVICE_BLAME_H
#define PANGATE_SERVICE_BLAME_H

#include "base/err.h"

struct blame {
    enum err err;      /* OK: nothing */
    const char *field; /* dotted; lent; NULL if no member is to blame */
};

/* Note that `field` is wrong, unless `err` is OK or something as bad is known already. */
void blame_note(struct blame *blame, enum err err, const char *field);

#endif
