/*
 * Having an instruction carried out: by the gateway that runs for a configuration or, while none
 * does, by this process on the vault itself.
 */
#ifndef PANGATE_CLI_INSTRUCT_H
#define PANGATE_CLI_INSTRUCT_H

#include "base/why.h"
#include "gateway/operator_desk.h"

/* Its time is set here. Done, and on disk; else `why` says why not. */
enum err instruct(const char *config_path, struct instruction *instruction,
                  struct operator_result *ret_result, struct why *why);

#endif
