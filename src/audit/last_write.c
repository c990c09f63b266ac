#include "audit/last_write.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"

enum { FIRST_SLOTS = 1024, KEY_SIZE = 16 };

enum fate {
    FATE_LIVE,
    FATE_USED,     /* a single-use token: gone, or kept apart for a replay */
    FATE_RETURNED, /* a single-use token, after a forward that sent nothing: live, or over */
    FATE_ENDED,    /* erased or expired */
};

/* A row is free while its key is all zeros. */
struct row {
    uint8_t key[KEY_SIZE]; /* of SHA-256 over tenant and token */
    uint8_t record[16];    /* of the record's SHA-256 */
    uint64_t number;
    uint8_t fate; /* enum fate */
    bool is_single;
    bool is_there; /* the vault holds it */
};

struct last_writes {
    struct hash *hash;
    struct row *rows; /* slot_count of them, at most half of them used */
    size_t slot_count, count;
};

enum err last_writes_new(struct last_writes **ret_writes)
{
    struct last_writes *writes = calloc(1, sizeof(*writes));
    enum err err;

    if (writes == NULL)
        return ERR_MEMORY;
    writes->slot_count = FIRST_SLOTS;
    writes->rows = calloc(FIRST_SLOTS, sizeof(*writes->rows));
    err = writes->rows == NULL ? ERR_MEMORY : hash_new(&writes->hash);
    if (err != OK) {
        last_writes_free(writes);
        return err;
    }
    *ret_writes = writes;
    return OK;
}

void last_writes_free(struct last_writes *writes)
{
    if (writes == NULL)
        return;
    hash_free(writes->hash);
    free(writes->rows);
    free(writes);
}

static void key_of(struct last_writes *writes, const char *tenant, struct bytes token,
                   uint8_t ret_key[KEY_SIZE])
{
    uint8_t hash[HASH_SIZE];

    hash_begin(writes->hash);
    hash_add(writes->hash, bytes_of(tenant, strlen(tenant) + 1));
    hash_add(writes->hash, token);
    hash_end(writes->hash, hash);
    memcpy(ret_key, hash, KEY_SIZE);
}

static bool row_is_free(const struct row *row)
{
    static const uint8_t zeros[KEY_SIZE];

    return memcmp(row->key, zeros, KEY_SIZE) == 0;
}

/* The key's row, or the free one where it belongs. */
static struct row *row_find(const struct last_writes *writes, const uint8_t key[KEY_SIZE])
{
    uint64_t at;

    memcpy(&at, key, sizeof(at));
    for (at %= writes->slot_count;; at = (at + 1) % writes->slot_count) {
        struct row *row = &writes->rows[at];

        if (row_is_free(row) || memcmp(row->key, key, KEY_SIZE) == 0)
            return row;
    }
}

static enum err rows_grow(struct last_writes *writes)
{
    struct row *old = writes->rows;
    size_t old_count = writes->slot_count;
    struct row *rows = calloc(2 * old_count, sizeof(*rows));

    if (rows == NULL)
        return ERR_MEMORY;
    writes->rows = rows;
    writes->slot_count = 2 * old_count;
    for (size_t i = 0; i < old_count; i++) {
        if (!row_is_free(&old[i]))
            *row_find(writes, old[i].key) = old[i];
    }
    free(old);
    return OK;
}

static enum err take_write(struct last_writes *writes, uint64_t number,
                           const struct audit_entry *entry)
{
    uint8_t key[KEY_SIZE];
    struct row *row;

    if (2 * writes->count >= writes->slot_count)
        TRY(rows_grow(writes));
    key_of(writes, entry->tenant, bytes_str(entry->token), key);
    row = row_find(writes, key);
    if (row_is_free(row))
        writes->count++;
    memcpy(row->key, key, KEY_SIZE);
    memcpy(row->record, entry->record_sha256, sizeof(row->record));
    row->number = number;
    row->fate = FATE_LIVE;
    row->is_single |= strcmp(entry->detail, AUDIT_SINGLE) == 0;
    return OK;
}

/* Of a token whose beginning is no longer in the log nothing is known, and nothing is needed. */
static struct row *row_of(struct last_writes *writes, const char *tenant, struct bytes token)
{
    uint8_t key[KEY_SIZE];
    struct row *row;

    key_of(writes, tenant, token, key);
    row = row_find(writes, key);
    return row_is_free(row) ? NULL : row;
}

static void end_row(struct row *row, uint64_t number, enum fate fate)
{
    if (row == NULL || (fate != FATE_ENDED && !row->is_single))
        return;
    row->fate = (uint8_t)fate;
    row->number = number;
}

/* A forward names all of its tokens. */
static void end_all(struct last_writes *writes, uint64_t number, const struct audit_entry *entry,
                    enum fate fate)
{
    struct bytes rest = bytes_str(entry->more_tokens);

    end_row(row_of(writes, entry->tenant, bytes_str(entry->token)), number, fate);
    while (rest.size > 0) {
        size_t end = bytes_index(rest, ' ');
        end_row(row_of(writes, entry->tenant, bytes_of(rest.data, end)), number, fate);
        rest = bytes_from(rest, end + 1);
    }
}

enum err last_writes_take(void *with, uint64_t number, const struct audit_entry *entry)
{
    struct last_writes *writes = with;

    if (entry->token[0] == '\0')
        return OK;
    if (entry->has_record)
        return take_write(writes, number, entry);
    if (entry->kind == AUDIT_FORWARD_OUTCOME && entry->outcome == AUDIT_FAILED)
        end_all(writes, number, entry, FATE_RETURNED);
    if (entry->outcome != AUDIT_OK)
        return OK;
    if (entry->kind == AUDIT_DETOKENIZE || entry->kind == AUDIT_FORWARD)
        end_all(writes, number, entry, FATE_USED);
    if ((entry->kind == AUDIT_ERASE || entry->kind == AUDIT_EXPIRE) &&
        strcmp(entry->detail, AUDIT_CODE_DESTROYED) != 0)
        end_all(writes, number, entry, FATE_ENDED);
    return OK;
}

enum err last_writes_check(struct last_writes *writes, const struct held_record *record,
                           struct last_write *ret_write)
{
    struct row *row = row_of(writes, record->tenant, bytes_str(record->token));

    if (row == NULL)
        return ERR_NOT_FOUND;
    *ret_write = (struct last_write){ row->number };
    if (row->fate == FATE_ENDED || (row->fate == FATE_USED && !record->is_used))
        return ERR_ROLLED_BACK;
    if (memcmp(row->record, record->sha256, sizeof(row->record)) != 0)
        return ERR_FORGED;
    row->is_there |= row->fate != FATE_LIVE || !record->is_used; /* else it was put away */
    return OK;
}

bool last_writes_gone(const struct last_writes *writes, struct last_write *ret_write)
{
    const struct row *first = NULL;

    for (size_t i = 0; i < writes->slot_count; i++) {
        const struct row *row = &writes->rows[i];
        if (row_is_free(row) || row->is_there || row->fate != FATE_LIVE)
            continue;
        if (first == NULL || row->number < first->number)
            first = row;
    }
    if (first != NULL)
        *ret_write = (struct last_write){ first->number };
    return first != NULL;
}
