#include "gateway/handlers.h"

#include "gateway/json_call.h"
#include "gateway/openapi_text.h"

/* The document is a constant: nothing is allowed or refused by it, so it is not entered. */
static enum serve openapi_begin(struct exchange *exchange)
{
    enum err err = exchange_check_texts(exchange);

    if (err != OK)
        return json_call_begun(exchange, err);
    exchange->answer.status = 200;
    exchange->answer.content_type = "application/json";
    exchange->answer.constant = openapi_text();
    return SERVE_ANSWER;
}

const struct handler openapi_handler = { openapi_begin, NULL, NULL };
