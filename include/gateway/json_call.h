/*
 * What the calls that take and give JSON have in common.
 */
#ifndef PANGATE_GATEWAY_JSON_CALL_H
#define PANGATE_GATEWAY_JSON_CALL_H

#include "base/json_writer.h"
#include "gateway/endpoint_table.h"

/*
 * Read the body as JSON and judge the texts outside it; a reader on its members. ERR_BAD_JSON;
 * ERR_BAD_REQUEST for more values than any call takes, or an array of the body's with more than
 * items_max elements (0: a call without items), which is seen before it is read; ERR_OVERLOADED,
 * ERR_TOO_LARGE. Whatever else is wrong is noted.
 */
enum err json_call_open(struct exchange *exchange, size_t items_max, struct json_reader *ret_body);

/* Note what was wrong with the members. */
void json_call_taken(struct exchange *exchange);

/* A submission for `count` proposals, with the request's idempotency key in it. */
enum err json_call_prepare(struct exchange *exchange, size_t count);

/* Refuse, unless err is OK, blaming the member that was noted for it: what begin() says in its
 * last line. */
enum serve json_call_begun(struct exchange *exchange, enum err err);

/* What came back from the vault and was not granted: the submission as a whole, or the item with
 * its receipt. It was entered already, unless nothing was decided at all. */
enum serve json_call_returned(struct exchange *exchange, enum err err);
enum serve json_call_denied(struct exchange *exchange, const struct proposal *item, enum err err);

/* An answer with a JSON object, opened. */
struct json_writer json_call_answer(struct exchange *exchange, int status);

/* Close the object of an answer that waited for its entry: receipt and token for the log, replay
 * fields if it is one. */
enum serve json_call_answered(struct exchange *exchange, struct json_writer *json,
                              const struct token *token);

/* Spend the client's budget on so many cards. ERR_RATE, with Retry-After, if it is spent: an alarm
 * entry the first time. */
enum err json_call_spend(struct exchange *exchange, size_t count);

#endif
