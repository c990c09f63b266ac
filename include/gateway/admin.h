/*
 * The admin listener: livez, readyz, metrics, and what the commands ask a running gateway.
 *
 * Plain HTTP on loopback or a Unix socket of mode 0600, served by the main thread's loop. It
 * knows nothing of cards. Whoever reaches it may read; what changes something must be signed
 * (gateway/instruction.h).
 */
#ifndef PANGATE_GATEWAY_ADMIN_H
#define PANGATE_GATEWAY_ADMIN_H

#include "gateway/server.h"

/* Listen at the configured place; ERR_CONFIG for an address that is not local. */
enum err admin_new(struct server *server, struct admin **ret_admin, struct why *why);
void admin_free(struct admin *admin); /* accepts NULL */

#endif
