/*
 * What an idempotency key's row keeps, so that its request can be answered again: the state, the
 * keyed hash of the body, and how each item was decided, without PAN.
 *
 * A request that is a forward has a row from its intent on (it runs), and then one with the
 * processor's sealed answer. A second row names the first by client and key alone.
 */
#ifndef PANGATE_VAULT_ANSWER_H
#define PANGATE_VAULT_ANSWER_H

#include "base/buf.h"
#include "base/bytes.h"
#include "vault/proposal.h"

enum answer_state {
    ANSWER_ITEMS = 1,   /* decided */
    ANSWER_RUNNING = 2, /* a forward whose outcome is not known yet */
    ANSWER_FORWARD = 3, /* a forward's outcome */
    ANSWER_NAMED = 4,   /* no answer: the scope of the last forward with this key */
};

struct answer {
    enum answer_state state;
    uint8_t body[32];
    int64_t keep_until_ms;
    struct bytes rest; /* lent */
};

enum err answer_read(struct bytes value, struct answer *ret_answer); /* ERR_VAULT_DAMAGED */

/* True for the answers that are kept: 2xx, which a batch always gets, and no_such_token. */
bool answer_is_kept(const struct submission *submission);

/* Errors of writing stick in the buffer. */
void answer_write_items(const struct submission *submission, int64_t keep_until_ms,
                        struct buf *value);
void answer_write_running(const struct idempotency *idempotency, int64_t keep_until_ms,
                          struct buf *value);
void answer_write_name(const struct idempotency *idempotency, int64_t keep_until_ms,
                       struct buf *value);
void answer_write_forward(const struct idempotency *idempotency,
                          const struct forward_outcome *outcome, int64_t keep_until_ms,
                          struct buf *value);

/* Put the first outcome over the submission that asks again. ERR_KEY_CONFLICT if it has another
 * number of items, ERR_VAULT_DAMAGED, ERR_MEMORY. */
enum err answer_fill_items(const struct answer *answer, struct submission *submission);
enum err answer_fill_forward(const struct answer *answer, struct submission *submission);

#endif
