/*
 * Members of a body in which tokens are replaced without a mark, because the route names them: so
 * a processor's own library works with only its address changed.
 *
 *   /card/number         a JSON pointer (RFC 6901)
 *   form:card[number]    a name in a form, as it reads when decoded
 */
#ifndef PANGATE_RELAY_FIELDS_H
#define PANGATE_RELAY_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/err.h"
#include "relay/content.h"
#include "relay/mark.h"

enum { FIELDS_MAX = 32, FIELD_NAME_MAX = 256 };

struct field {
    bool is_form;
    struct bytes name; /* lent: the pointer, or the name in the form */
};

struct fields { /* begins zeroed */
    struct field list[FIELDS_MAX];
    size_t count;
};

/* Read one word of the configuration, whose text is lent. ERR_CONFIG if it is neither a pointer to
 * a member nor a form name, or one too many. */
enum err fields_add(struct fields *fields, struct bytes text);

/*
 * Add a mark for each named member whose whole value, a string or a number, is a token; a member
 * that is missing or holds something else is left as it is. The whole number is meant. ERR_BAD_MARK
 * if there are too many.
 */
enum err fields_find(const struct fields *fields, struct bytes body, enum content content,
                     struct marks *marks);

#endif
