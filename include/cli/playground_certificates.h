/*
 * The certificates of a playground: two throwaway authorities, whose keys are not kept, the
 * gateway's server, the demo processor, and a client each.
 */
#ifndef PANGATE_CLI_PLAYGROUND_CERTIFICATES_H
#define PANGATE_CLI_PLAYGROUND_CERTIFICATES_H

#include "base/why.h"

enum err playground_certificates(const char *folder, struct why *why);

#endif
