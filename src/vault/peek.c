#include "vault/peek.h"

#include <stdlib.h>
#include <string.h>

#include "vault/change.h"
#include "vault/overlay.h"
#include "vault/parts.h"

struct vault_peek {
    struct vault_options options;
    struct store *store;
    struct store_txn *snapshot;
    struct journal *journal;
    struct merkle_edge edge;
    struct hash *hash;
    struct audit_tail tail;
    struct buf leaves; /* of the tail, end to end */
    size_t ends[OVERLAY_ENTRIES_MAX];
    struct peek_records *records; /* lent, while they are checked */
};

static enum err on_entry(void *owner, const struct journal_entry *entry)
{
    struct vault_peek *peek = owner;
    struct cursor changes;
    struct bytes leaf;

    if (peek->tail.count == OVERLAY_ENTRIES_MAX)
        return ERR_LIMIT;
    TRY(change_read(entry->payload, &leaf, &changes));
    buf_add(&peek->leaves, leaf);
    peek->ends[peek->tail.count++] = peek->leaves.size;
    return buf_check(&peek->leaves);
}

static enum err tail_leaf(void *with, uint64_t number, struct bytes *ret_leaf)
{
    const struct vault_peek *peek = with;
    uint64_t i = number - peek->edge.size;
    size_t begin;

    if (i >= peek->tail.count)
        return ERR_NOT_FOUND;
    begin = i == 0 ? 0 : peek->ends[i - 1];
    *ret_leaf = bytes_of(peek->leaves.data + begin, peek->ends[i] - begin);
    return OK;
}

static enum err read_tail(struct vault_peek *peek, const struct journal_position *applied,
                          struct why *why)
{
    const struct journal_replay replay = { .applied = *applied,
                                           .on_entry = on_entry,
                                           .owner = peek };

    TRY(vault_journal_open(&peek->options, &peek->journal, why));
    buf_init(&peek->leaves, (size_t)OVERLAY_ENTRIES_MAX * AUDIT_LEAF_SIZE_MAX);
    peek->tail.leaf = tail_leaf;
    peek->tail.with = peek;
    return journal_recover(peek->journal, &replay, why);
}

static enum err read_applied(struct vault_peek *peek, struct journal_position *ret_position)
{
    struct row_key key = row_key_meta("applied");
    struct applied_row applied;
    struct cursor cursor;
    struct bytes value;

    TRY(store_get(peek->snapshot, STORE_META, row_key_bytes(&key), &value));
    TRY(row_read_applied(value, &applied));
    cursor = cursor_on(applied.edge);
    *ret_position = applied.position;
    return merkle_edge_read(&cursor, &peek->edge);
}

static enum err peek_open(struct vault_peek *peek, bool is_served, struct why *why)
{
    const struct vault_options *options = &peek->options;
    struct journal_position applied;

    TRY(hash_new(&peek->hash));
    if (is_served)
        TRY(store_peek(options->folder, options->size_max, &peek->store, why));
    else
        TRY(store_open(options->folder, options->size_max, &peek->store, why));
    TRY(store_snapshot(peek->store, &peek->snapshot));
    TRY(read_applied(peek, &applied));
    return is_served ? OK : read_tail(peek, &applied, why);
}

enum err vault_peek_open(const struct vault_options *options, bool is_served,
                         struct vault_peek **ret_peek, struct why *why)
{
    struct vault_peek *peek = calloc(1, sizeof(*peek));
    enum err err;

    if (peek == NULL)
        return ERR_MEMORY;
    peek->options = *options;
    err = peek_open(peek, is_served, why);
    if (err != OK) {
        vault_peek_free(peek);
        return why_say(why, err, "%s: the vault cannot be read: %s", options->folder,
                       err_text(err));
    }
    *ret_peek = peek;
    return OK;
}

void vault_peek_free(struct vault_peek *peek)
{
    if (peek == NULL)
        return;
    store_abort(&peek->snapshot);
    store_close(&peek->store);
    journal_close(&peek->journal);
    buf_done(&peek->leaves);
    hash_free(peek->hash);
    free(peek);
}

const struct merkle_edge *vault_peek_edge(const struct vault_peek *peek)
{
    return &peek->edge;
}

const struct audit_tail *vault_peek_tail(const struct vault_peek *peek)
{
    return peek->tail.leaf == NULL ? NULL : &peek->tail;
}

static const char *what_is_wrong(enum err err)
{
    if (err == ERR_NOT_FOUND)
        return "no entry ever wrote it";
    if (err == ERR_ROLLED_BACK)
        return "it has ended";
    return "it is not what was written last";
}

static enum err blame(const struct held_record *record, enum err err,
                      const struct last_write *write, struct why *why)
{
    if (err == ERR_NOT_FOUND)
        return why_say(why, err, "vault.mdb: token %s of tenant %s: %s", record->token,
                       record->tenant, what_is_wrong(err));
    return why_say(why, err, "vault.mdb: token %s of tenant %s: %s (entry %llu)", record->token,
                   record->tenant, what_is_wrong(err), (unsigned long long)write->number);
}

static enum err check_record(struct vault_peek *peek, const struct store_scan *row,
                             struct held_record *record, struct why *why)
{
    struct peek_records *records = peek->records;
    struct last_write write = { 0 };
    struct record_place place;
    struct token_row token;
    enum err err;

    TRY(row_read_place(row->key, &place));
    TRY(row_read_token(row->value, &token));
    record->token = place.token.text;
    record->tenant = keyring_tenant_name(peek->options.keyring, place.tenant);
    if (record->tenant == NULL)
        return ERR_CORRUPT;
    hash_of(peek->hash, token.record, record->sha256);
    err = last_writes_check(records->writes, record, &write);
    if (err == ERR_NOT_FOUND && token.made < records->entries_from) {
        records->unproved++;
        return OK;
    }
    if (err == OK)
        records->right++;
    return err == OK ? OK : blame(record, err, &write, why);
}

/* The rows of `used` hold a token's row as it was. */
static enum err unwrap_used(struct store_scan *row)
{
    struct used_row used;

    TRY(row_read_used(row->value, &used));
    row->value = used.token_row;
    return OK;
}

static enum err check_table(struct vault_peek *peek, enum store_table table, struct why *why)
{
    struct store_scan scan AUTO(store_scan_end) = { 0 };

    TRY(store_scan_begin(peek->snapshot, table, &(struct store_range){ 0 }, &scan));
    while (store_scan_next(&scan)) {
        struct store_scan row = { .key = scan.key, .value = scan.value };
        struct held_record record = { .is_used = table == STORE_USED };
        enum err err = record.is_used ? unwrap_used(&row) : OK;

        if (err == OK)
            err = check_record(peek, &row, &record, why);
        if (err != OK)
            return why_say(why, err, "vault.mdb: a row of a token is damaged");
    }
    return scan.err;
}

static enum err blame_gone(struct audit_reader *log, const struct last_write *write,
                           struct why *why)
{
    uint8_t storage[AUDIT_LEAF_SIZE_MAX];
    struct audit_entry entry;
    struct buf leaf;

    buf_init_fixed(&leaf, storage, sizeof(storage));
    TRY(audit_reader_leaf(log, write->number, &leaf));
    TRY(audit_entry_read(buf_bytes(&leaf), &entry));
    return why_say(why, ERR_NOT_FOUND, "vault.mdb: token %s of tenant %s: it is gone (entry %llu)",
                   entry.token, entry.tenant, (unsigned long long)write->number);
}

enum err vault_peek_records(struct vault_peek *peek, struct audit_reader *log,
                            struct peek_records *records, struct why *why)
{
    struct last_write write;

    peek->records = records;
    TRY(check_table(peek, STORE_TOKENS, why));
    TRY(check_table(peek, STORE_USED, why));
    return last_writes_gone(records->writes, &write) ? blame_gone(log, &write, why) : OK;
}

static enum err give_record(struct vault_peek *peek, const struct record_place *place,
                            const struct held_sink *sink)
{
    struct row_key key = row_key_token(place);
    struct token_row row;
    struct bytes value;

    TRY(store_get(peek->snapshot, STORE_TOKENS, row_key_bytes(&key), &value));
    TRY(row_read_token(value, &row));
    return sink->take(sink->with, place, row.record);
}

enum err vault_peek_customer(struct vault_peek *peek, uint32_t tenant,
                             const uint8_t tag[AUDIT_TAG_SIZE], const struct held_sink *sink)
{
    struct store_scan scan AUTO(store_scan_end) = { 0 };
    const struct record_place nobody = { .tenant = tenant };
    struct row_key prefix = row_key_customer(&nobody, tag);

    TRY(store_scan_begin(peek->snapshot, STORE_CUSTOMERS,
                         &(struct store_range){ .prefix = row_key_bytes(&prefix) }, &scan));
    while (store_scan_next(&scan)) {
        struct record_place place = { .tenant = tenant };

        TRY(token_parse(bytes_from(scan.key, prefix.size), &place.token));
        TRY(give_record(peek, &place, sink));
    }
    return scan.err;
}
