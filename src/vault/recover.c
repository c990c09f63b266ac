#include <stdlib.h>

#include "base/must.h"
#include "vault/change.h"
#include "vault/parts.h"

enum { OPEN_MAX = OVERLAY_ENTRIES_MAX + 65536 };

/* The forwards whose outcome is owed: what LMDB says, then what the journal's entries change. */
static enum err open_add(struct vault *vault, uint64_t intent)
{
    if (vault->open_count == OPEN_MAX)
        return ERR_LIMIT;
    vault->open[vault->open_count++] = intent;
    return OK;
}

static void open_remove(struct vault *vault, uint64_t intent)
{
    for (size_t i = 0; i < vault->open_count; i++) {
        if (vault->open[i] == intent) {
            vault->open[i] = vault->open[--vault->open_count];
            return;
        }
    }
}

static enum err read_open(struct vault *vault, struct store_txn *snapshot)
{
    struct store_scan scan AUTO(store_scan_end) = { 0 };

    vault->open = calloc(OPEN_MAX, sizeof(*vault->open));
    if (vault->open == NULL)
        return ERR_MEMORY;
    TRY(store_scan_begin(snapshot, STORE_OPEN, &(struct store_range){ 0 }, &scan));
    while (store_scan_next(&scan)) {
        struct cursor key = cursor_on(scan.key);
        TRY(open_add(vault, cursor_u64(&key)));
    }
    return scan.err;
}

/* An entry on its way back into the overlay. */
struct replay {
    struct vault *vault;
    struct batch *batch; /* the one it is in */
};

static enum err follow_entry(struct vault *vault, struct bytes payload, struct batch *batch)
{
    struct audit_entry entry;
    struct change change;
    struct cursor changes;
    struct bytes leaf;

    TRY(change_read(payload, &leaf, &changes));
    TRY(audit_entry_read(leaf, &entry));
    batch->time_ms = entry.time_ms;
    while (change_next(&changes, &change)) {
        struct cursor key = cursor_on(change.key);
        if (change.table != STORE_OPEN)
            continue;
        if (change.kind == CHANGE_PUT)
            TRY(open_add(vault, cursor_u64(&key)));
        else
            open_remove(vault, cursor_u64(&key));
    }
    return cursor_end(&changes);
}

static void batch_recovered(struct vault *vault, struct batch *batch)
{
    room_add(&vault->room, batch->count, batch->payload_bytes);
    log_tree_add(vault->tree, batch);
    overlay_publish(vault->overlay, batch);
    applier_put(vault, batch);
    atomic_store(&vault->last_ms, batch->time_ms);
}

static enum err on_entry(void *owner, const struct journal_entry *entry)
{
    struct replay *replay = owner;
    struct batch_entry *added;

    if (replay->batch == NULL)
        TRY(batch_new(entry->number, &replay->batch));
    TRY(batch_add(replay->batch, entry->payload, &added));
    TRY(follow_entry(replay->vault, entry->payload, replay->batch));
    if (entry->end == NULL)
        return OK;
    replay->batch->end = *entry->end;
    batch_recovered(replay->vault, replay->batch);
    replay->batch = NULL;
    return OK;
}

static enum err read_meta(struct store_txn *snapshot, const char *name, struct bytes *ret_value)
{
    struct row_key key = row_key_meta(name);

    return store_get(snapshot, STORE_META, row_key_bytes(&key), ret_value);
}

/* Parts of two vaults must not be mixed, nor an old keyring put under a newer vault. */
static enum err check_keyring(struct vault *vault, struct store_txn *snapshot,
                              const struct applied_row *applied, struct why *why)
{
    const struct keyring *keyring = vault->options.keyring;
    uint8_t id[KEYRING_ID_SIZE];
    struct bytes stored;

    keyring_vault_id(keyring, id);
    TRY(read_meta(snapshot, "vault_id", &stored));
    if (!bytes_equal(stored, bytes_of(id, sizeof(id))))
        return why_say(
            why, ERR_CORRUPT,
            "%s: the keyring is that of another vault; put back the one that belongs here",
            vault->options.folder);
    if (keyring_generation(keyring) < applied->generation)
        return why_say(why, ERR_ROLLED_BACK,
                       "%s/keyring: older than the vault (generation %llu, the vault has seen "
                       "%llu); put back the newest one",
                       vault->options.folder, (unsigned long long)keyring_generation(keyring),
                       (unsigned long long)applied->generation);
    return OK;
}

static void read_sweep_after(struct vault *vault, struct store_txn *snapshot)
{
    struct bytes value;
    uint64_t ms;

    if (read_meta(snapshot, "sweep_after", &value) == OK && row_read_number(value, &ms) == OK)
        vault->ledger.sweep_after_ms = (int64_t)ms;
}

/* After a kill, LMDB may show a commit that never reached the disk: its number is believed only
 * once a commit behind it is durable. */
static enum err commit_start(struct vault *vault, struct why *why)
{
    struct store_txn *txn AUTO(store_abort) = NULL;
    struct row_key key = row_key_meta("starts");
    uint8_t storage[16];
    struct bytes value;
    struct buf text;
    uint64_t starts = 0;
    enum err err;

    TRY(store_begin(vault->store, &txn));
    if (store_get(txn, STORE_META, row_key_bytes(&key), &value) == OK)
        TRY(row_read_number(value, &starts));
    buf_init_fixed(&text, storage, sizeof(storage));
    row_write_number(starts + 1, &text);
    store_put(txn, STORE_META, row_key_bytes(&key), buf_bytes(&text));
    err = store_commit(&txn);
    return err == OK ? OK
                     : why_say(why, err, "%s/vault.mdb: cannot be written: %s",
                               vault->options.folder, err_text(err));
}

static enum err open_tree(struct vault *vault, const struct merkle_edge *edge, struct why *why)
{
    const struct log_tree_options options = { vault->log_folder, vault->options.keyring, edge };

    TRY(path_join(vault->options.folder, "audit", vault->log_folder, sizeof(vault->log_folder)));
    return log_tree_open(&options, &vault->tree, why);
}

static enum err replay_journal(struct vault *vault, const struct journal_position *applied,
                               struct why *why)
{
    struct replay replay = { .vault = vault };
    struct journal_replay request = { .applied = *applied,
                                      .least = log_tree_least(vault->tree),
                                      .on_entry = on_entry,
                                      .owner = &replay };
    struct journal_position end;
    enum err err = journal_recover(vault->journal, &request, why);

    batch_free(replay.batch);
    if (err != OK)
        return why_say(why, err, "the journal cannot be replayed: %s", err_text(err));
    TRY(log_tree_agree(vault->tree, why));
    end = journal_end(vault->journal);
    vault->ledger.next = end.next;
    atomic_store(&vault->next, end.next);
    atomic_store(&vault->durable, end.next);
    return OK;
}

/* Opening the files cuts off what LMDB does not know of. The journal must have shown before that it
 * holds all of it: a store that was put back from a backup must not cost the log its end. */
static enum err follow_log(struct vault *vault, const struct applied_row *applied, struct why *why)
{
    struct cursor cursor = cursor_on(applied->edge);
    struct merkle_edge edge;

    TRY(merkle_edge_read(&cursor, &edge));
    TRY(open_tree(vault, &edge, why));
    TRY(replay_journal(vault, &applied->position, why));
    return audit_files_open(vault->log_folder, &edge, &vault->files, why);
}

static enum err follow(struct vault *vault, struct store_txn *snapshot, struct why *why)
{
    struct applied_row applied;
    struct bytes value;

    TRY(read_meta(snapshot, "applied", &value));
    TRY(row_read_applied(value, &applied));
    TRY(check_keyring(vault, snapshot, &applied, why));
    read_sweep_after(vault, snapshot);
    TRY(read_open(vault, snapshot));
    atomic_store(&vault->applied, applied.position.next);
    atomic_store(&vault->last_ms, applied.time_ms);
    return follow_log(vault, &applied, why);
}

enum err vault_recover(struct vault *vault, struct why *why)
{
    struct store_txn *snapshot AUTO(store_abort) = NULL;
    enum err err;

    TRY(commit_start(vault, why));
    TRY(store_snapshot(vault->store, &snapshot));
    err = follow(vault, snapshot, why);
    if (err != OK)
        return why_say(why, err, "%s: the vault cannot be recovered: %s", vault->options.folder,
                       err_text(err));
    timeline_start(&vault->timeline, atomic_load(&vault->last_ms), vault->options.expired_keep_ms,
                   &vault->jumped);
    return OK;
}
