/*
 * One handler per call: JSON in, a use case of the service, JSON out. No rule of the product is
 * decided here.
 */
#ifndef PANGATE_GATEWAY_HANDLERS_H
#define PANGATE_GATEWAY_HANDLERS_H

#include "gateway/endpoint_table.h"

extern const struct handler tokenize_handler;
extern const struct handler tokenize_batch_handler;
extern const struct handler detokenize_handler;
extern const struct handler detokenize_batch_handler;
extern const struct handler lookup_handler;
extern const struct handler inspect_handler;
extern const struct handler update_handler;
extern const struct handler erase_handler;
extern const struct handler receipt_handler;
extern const struct handler openapi_handler;
extern const struct handler forward_handler;
extern const struct handler attempt_handler;
extern const struct handler inbound_handler;

#endif
