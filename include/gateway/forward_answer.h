/*
 * A processor's answer on its way to the caller: its fields, its body, and as it is kept.
 */
#ifndef PANGATE_GATEWAY_FORWARD_ANSWER_H
#define PANGATE_GATEWAY_FORWARD_ANSWER_H

#include "gateway/forward.h"

/* The head is in: status and fields of the exchange's answer, card numbers replaced. ERR_LIMIT: the
 * fields are too many; ERR_OUTCOME_UNKNOWN for a coding that was not asked for: the body could
 * not be read for card numbers. */
enum err forward_answer_begin(struct forward *forward);

/* A piece of the body, or its end. ERR_LIMIT. */
enum err forward_answer_add(struct forward *forward, struct bytes piece);
enum err forward_answer_end(struct forward *forward);

/* Whether this answer is a yes, by the route's success rule. */
bool forward_answer_succeeds(const struct forward *forward);

/* Seal the answer for its idempotency key into forward->sealed; empty if it is too large. */
enum err forward_answer_seal(struct forward *forward);

/* The other way round: what was sealed, as the exchange's answer. */
enum err forward_answer_open(struct forward *forward, struct bytes sealed);

/* The fields that tell what became of a request, whoever answers it. `forward` may be NULL. */
void forward_write_facts(const struct exchange *exchange, struct buf *fields);

#endif
