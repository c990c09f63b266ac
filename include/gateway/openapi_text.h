/*
 * The API as an OpenAPI 3.0.3 document: src/gateway/openapi.json, taken into the program as it is.
 */
#ifndef PANGATE_GATEWAY_OPENAPI_TEXT_H
#define PANGATE_GATEWAY_OPENAPI_TEXT_H

#include "base/bytes.h"

struct bytes openapi_text(void);

#endif
