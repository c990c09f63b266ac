/*
 * The members of a detokenize request, alone or as an item of a batch.
 */
#ifndef PANGATE_GATEWAY_REVEAL_JSON_H
#define PANGATE_GATEWAY_REVEAL_JSON_H

#include "service/blame.h"
#include "wire/json.h"

struct reveal_fields {
    struct bytes token, purpose; /* data == NULL: absent */
};

void reveal_fields_take(struct json_reader *body, struct reveal_fields *ret_fields);

/* Judge the values: ERR_PAN_IN_TEXT, ERR_BAD_REQUEST for a purpose that is too long. */
void reveal_fields_check(const struct reveal_fields *fields, struct blame *blame);

#endif
