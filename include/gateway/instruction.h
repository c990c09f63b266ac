/*
 * What the operator tells a gateway to do, signed, as it goes through the admin listener.
 *
 * The listener may be a port that everybody on the machine can reach. So it believes an instruction
 * only if whoever wrote it holds the vault's root key: it is signed with the key of the log, under
 * a first line that no checkpoint has. And it believes each only once, and soon.
 */
#ifndef PANGATE_GATEWAY_INSTRUCTION_H
#define PANGATE_GATEWAY_INSTRUCTION_H

#include "audit/entry.h"
#include "card/token.h"
#include "card/token_format.h"
#include "keys/keyring.h"
#include "service/canary.h"

/* The numbers stand in the text. */
enum instruction_kind { INSTRUCT_ADD_CANARY = 1, INSTRUCT_REMOVE_CANARY, INSTRUCT_RELEASE };

struct instruction {
    enum instruction_kind kind;
    int64_t time_ms;            /* of the wall clock */
    char name[AUDIT_NAME_SIZE]; /* the canary's tenant, or the client to be released */
    enum token_format format;   /* what follows: of the canary */
    bool quarantines;
    char prefix[CANARY_PREFIX_MAX + 1]; /* "": the usual one */
    struct token token;
};

enum { INSTRUCTION_LATE_MS = 60 * 1000 };

/* Append it. What instruction_read() accepts, this writes again byte for byte. */
void instruction_write(const struct instruction *instruction, struct buf *text);
enum err instruction_read(struct bytes text, struct instruction *ret_instruction); /* ERR_CORRUPT */

/* Append text and signature, in hex. */
enum err instruction_sign(const struct keyring *keyring, const struct instruction *instruction,
                          struct buf *ret_signed);

/* ERR_CORRUPT, ERR_FORGED. Whether it is new is for the caller to find out. */
enum err instruction_verify(const struct keyring *keyring, struct bytes signed_text,
                            struct instruction *ret_instruction);

#endif
