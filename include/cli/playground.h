/*
 * A complete playground in a new folder: certificates, configuration, root key, vault.
 */
#ifndef PANGATE_CLI_PLAYGROUND_H
#define PANGATE_CLI_PLAYGROUND_H

#include "base/why.h"

enum { PLAYGROUND_PORT = 8443 };

/* ERR_EXISTS if the folder is there: nothing is overwritten. */
enum err playground_make(const char *folder, unsigned port, struct why *why);

#endif
