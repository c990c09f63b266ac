/*
 * Asking a running gateway through its admin listener.
 */
#ifndef PANGATE_CLI_ADMIN_CLIENT_H
#define PANGATE_CLI_ADMIN_CLIENT_H

#include "base/buf.h"
#include "gateway/config.h"

/* GET a page; its body into ret_body. ERR_CLOSED if nobody listens there, ERR_IO if what listens
 * does not answer with 200. */
enum err admin_get(const struct config *config, const char *path, struct buf *ret_body);

/* Hand over a signed instruction (gateway/instruction.h); what came of it into ret_body, as JSON.
 * Errors as above. */
enum err admin_post(const struct config *config, struct bytes signed_text, struct buf *ret_body);

#endif
