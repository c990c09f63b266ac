/*
 * What the calls that take and give JSON have in common.
 */
#ifndef PANGATE_GATEWAY_JSON_CALL_H
#define PANGATE_GATEWAY_JSON_CALL_H

#include "base/json_writer.h"
#include "gateway/endpoint_table.h"

/* Read the body as JSON, then judge the texts outside it; a reader on its members. */
enum err json_call_open(struct exchange *exchange, struct json_reader *ret_body,
                        const char **ret_field);

/* A submission for `count` proposals, with the request's idempotency key in it. */
enum err json_call_prepare(struct exchange *exchange, size_t count);

/* Refuse, unless err is OK: what begin() says in its last line. */
enum serve json_call_begun(struct exchange *exchange, enum err err, const char *field);

/* An answer with a JSON object, opened. */
struct json_writer json_call_answer(struct exchange *exchange, int status);

/* Close the object of an answer that waited for its entry: receipt and token for the log, replay
 * fields if it is one. */
enum serve json_call_answered(struct exchange *exchange, struct json_writer *json,
                              const struct token *token);

#endif
