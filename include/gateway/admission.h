/*
 * What may be said of a request by its head alone, in the order of the contract: client, path,
 * method, right, rate, media type, size, expectation, body.
 */
#ifndef PANGATE_GATEWAY_ADMISSION_H
#define PANGATE_GATEWAY_ADMISSION_H

#include "gateway/exchange.h"

/* Sets the exchange's endpoint and parameter and starts its body reader. */
enum err admission_judge(struct exchange *exchange, uint64_t body_max);

/* Once the body is whole, which may take long: ERR_DENIED if its client was put into quarantine
 * meanwhile. */
enum err admission_judge_again(const struct exchange *exchange);

/* Whether the connection can live on after this refusal: what is left of the request can be
 * skipped. A client that waits for 100 sends its body all the same or closes (RFC 9110, 10.1.1). */
bool admission_may_go_on(const struct exchange *exchange, enum err err);

#endif
