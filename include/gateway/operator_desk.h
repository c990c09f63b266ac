/*
 * Carrying out what the operator tells: in a gateway that serves, or in a command while none does.
 */
#ifndef PANGATE_GATEWAY_OPERATOR_DESK_H
#define PANGATE_GATEWAY_OPERATOR_DESK_H

#include "base/why.h"
#include "gateway/instruction.h"
#include "service/quarantine.h"
#include "vault/vault.h"

struct operator_desk {
    struct vault *vault; /* lent, as all of it */
    struct keyring *keyring;
    struct quarantine *quarantine; /* NULL: nobody serves */
    const char *address;           /* whose instruction it is, for the entry: "uid N" */
};

struct operator_result {
    struct token token; /* of a canary */
    uint64_t receipt;
};

/* Done, and on disk. `why` is a sentence for the operator. */
enum err operator_carry_out(const struct operator_desk *desk, const struct instruction *instruction,
                            struct operator_result *ret_result, struct why *why);

#endif
