/*
 * What the table `open` keeps of a forward from its intent to its outcome: enough to enter an
 * outcome when the process that owed it is gone.
 */
#ifndef PANGATE_VAULT_OPEN_ROW_H
#define PANGATE_VAULT_OPEN_ROW_H

#include "base/buf.h"
#include "base/bytes.h"
#include "vault/proposal.h"

struct open_row {
    uint32_t tenant;
    struct idempotency idempotency;
    struct bytes leaf;   /* lent: the intent's entry, as the audit log has it */
    struct bytes tokens; /* lent: the single-use tokens it used up, bytes8 each */
};

void open_row_write(const struct open_row *row, struct buf *value);
enum err open_row_read(struct bytes value, struct open_row *ret_row); /* ERR_VAULT_DAMAGED */

/* Walk the tokens; false at the end. */
bool open_row_next(struct bytes *tokens, struct token *ret_token);

#endif
