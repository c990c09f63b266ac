#include "audit/last_write.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"

enum { FIRST_SLOTS = 1024, KEY_SIZE = 16 };

/* A row is free while its key is all zeros. */
struct row {
    uint8_t key[KEY_SIZE]; /* of SHA-256 over tenant and token */
    uint8_t record[16];    /* of the record's SHA-256 */
    uint64_t number;
    uint8_t ended;
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

static void key_of(struct last_writes *writes, const struct audit_entry *entry,
                   uint8_t ret_key[KEY_SIZE])
{
    uint8_t hash[HASH_SIZE];

    hash_begin(writes->hash);
    hash_add(writes->hash, bytes_of(entry->tenant, strlen(entry->tenant) + 1));
    hash_add(writes->hash, bytes_str(entry->token));
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

enum err last_writes_take(void *with, uint64_t number, const struct audit_entry *entry)
{
    struct last_writes *writes = with;
    bool ends =
        entry->outcome == AUDIT_OK && (entry->kind == AUDIT_ERASE || entry->kind == AUDIT_EXPIRE);
    uint8_t key[KEY_SIZE];
    struct row *row;

    if (entry->token[0] == '\0' || (!entry->has_record && !ends))
        return OK;
    if (2 * writes->count >= writes->slot_count)
        TRY(rows_grow(writes));
    key_of(writes, entry, key);
    row = row_find(writes, key);
    writes->count += row_is_free(row) ? 1 : 0;
    memcpy(row->key, key, KEY_SIZE);
    memcpy(row->record, entry->record_sha256, sizeof(row->record));
    row->number = number;
    row->ended = ends;
    return OK;
}

enum err last_writes_check(struct last_writes *writes, const struct audit_entry *record,
                           struct last_write *ret_write)
{
    uint8_t key[KEY_SIZE];
    const struct row *row;

    key_of(writes, record, key);
    row = row_find(writes, key);
    if (row_is_free(row))
        return ERR_NOT_FOUND;
    *ret_write = (struct last_write){ row->number, row->ended != 0 };
    if (row->ended)
        return ERR_ROLLED_BACK;
    return memcmp(row->record, record->record_sha256, sizeof(row->record)) == 0 ? OK : ERR_FORGED;
}
