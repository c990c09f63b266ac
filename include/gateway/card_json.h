/*
 * Cards, tokens and what surrounds them, from and to JSON.
 */
#ifndef PANGATE_GATEWAY_CARD_JSON_H
#define PANGATE_GATEWAY_CARD_JSON_H

#include "base/json_writer.h"
#include "service/card_request.h"
#include "service/update.h"
#include "service/view.h"
#include "wire/json.h"

/* Take the members of a tokenize request; faults go to the reader's. fields->metadata is
 * initialised here: AUTO(card_fields_done). */
void card_fields_take(struct json_reader *body, struct card_fields *ret_fields);
void card_fields_done(struct card_fields *fields);

/* Take the members of a merge patch (RFC 7396). */
void update_request_take(struct json_reader *body, struct update_request *ret_request);

/* The members of a view, into an object that is open. */
void view_write(struct json_writer *json, const struct view *view);

/* The members of a revealed card, into an object that is open. SECRET output. */
void card_write(struct json_writer *json, const struct token *token, const struct card *card);

#endif
