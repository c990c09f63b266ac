/*
 * Making a new vault: root key (if there is none), keyring, journal, LMDB, audit log.
 */
#ifndef PANGATE_GATEWAY_VAULT_MAKE_H
#define PANGATE_GATEWAY_VAULT_MAKE_H

#include "base/why.h"
#include "gateway/config.h"

/* ERR_EXISTS if there is a vault: nothing is ever overwritten. */
enum err vault_make(const struct config *config, struct why *why);

#endif
