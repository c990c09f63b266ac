/*
 * The members of a detokenize request, alone or as an item of a batch.
 */
#ifndef PANGATE_GATEWAY_REVEAL_JSON_H
#define PANGATE_GATEWAY_REVEAL_JSON_H

#include "card/token.h"
#include "wire/json.h"

struct reveal_fields {
    struct bytes token, purpose; /* data == NULL: absent */
};

void reveal_fields_take(struct json_reader *body, struct reveal_fields *ret_fields);

/* ERR_PAN_IN_TEXT, ERR_BAD_REQUEST for a purpose that is too long, ERR_NO_TOKEN for what has not
 * the form of a token. */
enum err reveal_fields_read(const struct reveal_fields *fields, struct token *ret_token,
                            const char **ret_field);

#endif
