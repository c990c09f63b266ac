/*
 * The rows of the vault's tables, as keys and values.
 *
 *   tokens       tenant, token          -> entry that made it, customer tag, record
 *   used         tenant, token          -> entry that used it up, until when, its tokens row
 *   tombstones   tenant, token          -> entry that ended it
 *   index        tenant, index value    -> token
 *   customers    tenant, tag, token     -> nothing
 *   open         intent                 -> see vault/open_row.h
 *   idempotency  scope                  -> see vault/answer.h
 *   expiry       table, time, key       -> nothing: the row that is due to go
 *   meta         name                   -> applied, starts, vault_id, sweep_after; count + tenant,
 *                                         quarantine + client
 *
 * Integers are big-endian, so that rows lie in order. Every value begins with its version.
 */
#ifndef PANGATE_VAULT_ROW_H
#define PANGATE_VAULT_ROW_H

#include "audit/entry.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "journal/journal.h"
#include "store/store.h"
#include "vault/record.h"

enum { ROW_KEY_MAX = 80, ROW_SCOPE_SIZE = 32, ROW_EDGE_MAX = 4096 };

struct row_key {
    uint8_t size;
    uint8_t data[ROW_KEY_MAX];
};

static inline struct bytes row_key_bytes(const struct row_key *key)
{
    return bytes_of(key->data, key->size);
}

struct row_key row_key_token(const struct record_place *place); /* tokens, used, tombstones */
struct row_key row_key_index(uint32_t tenant, const uint8_t index[32]);
struct row_key row_key_customer(const struct record_place *place,
                                const uint8_t tag[AUDIT_TAG_SIZE]);
struct row_key row_key_number(uint64_t number); /* open */
struct row_key row_key_scope(const uint8_t scope[ROW_SCOPE_SIZE]);
struct row_key row_key_due(enum store_table table, int64_t due_ms, struct bytes key);
struct row_key row_key_meta(const char *name);
struct row_key row_key_count(uint32_t tenant);
struct row_key row_key_quarantine(const char *client);

/* Take a key of the expiry table apart; *ret_key is lent from it. ERR_CORRUPT. */
enum err row_read_due(struct bytes row, int64_t *ret_due_ms, struct bytes *ret_key);

/* Where a key of tokens, used and tombstones points. ERR_CORRUPT. */
enum err row_read_place(struct bytes row, struct record_place *ret_place);

struct token_row {
    uint64_t made;
    bool has_customer;
    uint8_t customer_tag[AUDIT_TAG_SIZE];
    struct bytes record; /* lent */
};

void row_write_token(const struct token_row *row, struct buf *value);
enum err row_read_token(struct bytes value, struct token_row *ret_row); /* ERR_VAULT_DAMAGED */

struct used_row {
    uint64_t number; /* of the entry that used the token up */
    int64_t keep_until_ms;
    struct bytes token_row; /* lent */
};

void row_write_used(const struct used_row *row, struct buf *value);
enum err row_read_used(struct bytes value, struct used_row *ret_row); /* ERR_VAULT_DAMAGED */

/* How far LMDB is: all that one transaction of the applier says of itself. */
struct applied_row {
    struct journal_position position;
    uint64_t generation; /* of the keyring */
    int64_t time_ms;     /* of the last entry */
    struct bytes edge;   /* lent; the right edge of the tree, the audit layer's bytes */
};

void row_write_applied(const struct applied_row *row, struct buf *value);
enum err row_read_applied(struct bytes value, struct applied_row *ret_row); /* ERR_CORRUPT */

struct count_row {
    uint64_t cards, tombstones;
};

void row_write_count(const struct count_row *row, struct buf *value);
enum err row_read_count(struct bytes value, struct count_row *ret_row); /* ERR_CORRUPT */

/* A number alone: of a tombstone, a quarantine, starts, sweep_after. */
void row_write_number(uint64_t number, struct buf *value);
enum err row_read_number(struct bytes value, uint64_t *ret_number); /* ERR_CORRUPT */

/* A token alone. */
void row_write_name(const struct token *token, struct buf *value);
enum err row_read_name(struct bytes value, struct token *ret_token); /* ERR_VAULT_DAMAGED */

#endif
