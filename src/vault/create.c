#include "base/file.h"
#include "base/secret.h"
#include "vault/change.h"
#include "vault/parts.h"

static void random_done(struct random **random)
{
    random_free(*random);
}

static enum err open_journal(const struct vault_options *options, struct journal **ret_journal,
                             struct why *why)
{
    uint8_t key[JOURNAL_KEY_SIZE];
    char path[PATH_SIZE];
    enum err err;

    TRY(vault_journal_path(options, path, sizeof(path)));
    err = folder_make(path, 0700);
    if (err != OK && err != ERR_EXISTS)
        return why_say(why, err, "%s cannot be made: %s", path, err_text(err));
    keyring_journal_key(options->keyring, key);
    err = journal_create(path, options->journal_size, key, why);
    if (err == OK)
        err = journal_open(path, key, ret_journal, why);
    wipe(key, sizeof(key));
    return err;
}

static enum err put_first_rows(const struct vault_options *options, struct store *store,
                               const struct journal_position *first)
{
    struct store_txn *txn AUTO(store_abort) = NULL;
    struct row_key applied = row_key_meta("applied"), vault_id = row_key_meta("vault_id");
    struct merkle_edge edge = { 0 };
    uint8_t id[KEYRING_ID_SIZE], edge_storage[128], storage[256];
    struct buf edge_text, value;

    buf_init_fixed(&edge_text, edge_storage, sizeof(edge_storage));
    buf_init_fixed(&value, storage, sizeof(storage));
    merkle_edge_write(&edge, &edge_text);
    row_write_applied(&(struct applied_row){ .position = *first, .edge = buf_bytes(&edge_text) },
                      &value);
    TRY(buf_check(&value));
    keyring_vault_id(options->keyring, id);
    TRY(store_begin(store, &txn));
    store_put(txn, STORE_META, row_key_bytes(&applied), buf_bytes(&value));
    store_put(txn, STORE_META, row_key_bytes(&vault_id), bytes_of(id, sizeof(id)));
    return store_commit(&txn);
}

static enum err no_entry(void *owner, const struct journal_entry *entry)
{
    (void)owner;
    (void)entry;
    return ERR_CORRUPT;
}

static enum err begin_log(const struct vault_options *options, struct bytes first)
{
    char folder[PATH_SIZE];
    const struct log_tree_options log = { .folder = folder, .keyring = options->keyring };
    enum err err;

    TRY(path_join(options->folder, "audit", folder, sizeof(folder)));
    err = folder_make(folder, 0700);
    TRY(err == ERR_EXISTS ? OK : err);
    return log_tree_begin(&log, first);
}

/* Entry 0 says that the vault was made. */
static enum err enter_init(const struct vault_options *options, struct journal *journal,
                           const struct journal_position *first, struct why *why)
{
    struct journal_replay replay = { .applied = *first, .on_entry = no_entry };
    struct audit_entry entry = { .kind = AUDIT_INIT, .outcome = AUDIT_OK };
    struct random *random AUTO(random_done) = NULL;
    uint8_t leaf_storage[AUDIT_LEAF_SIZE_MAX], payload_storage[AUDIT_LEAF_SIZE_MAX + 16];
    struct journal_position end;
    struct buf leaf, payload;

    TRY(random_new(&random));
    TRY(journal_recover(journal, &replay, why));
    buf_init_fixed(&leaf, leaf_storage, sizeof(leaf_storage));
    buf_init_fixed(&payload, payload_storage, sizeof(payload_storage));
    entry.time_ms = options->wall_ms();
    random_bytes(random, entry.salt, sizeof(entry.salt));
    audit_entry_write(&entry, &leaf);
    change_payload(buf_bytes(&leaf), bytes_of(NULL, 0), &payload);
    TRY(buf_check(&payload));
    TRY(journal_batch_add(journal, 0, buf_bytes(&payload)));
    TRY(journal_batch_write(journal, &end));
    return begin_log(options, buf_bytes(&leaf));
}

static enum err create(const struct vault_options *options, struct why *why)
{
    struct store *store AUTO(store_close) = NULL;
    struct journal *journal AUTO(journal_close) = NULL;
    struct journal_position first;

    TRY(store_create(options->folder, why));
    TRY(open_journal(options, &journal, why));
    TRY(store_open(options->folder, options->size_max, &store, why));
    first = journal_first(journal);
    TRY(put_first_rows(options, store, &first));
    return enter_init(options, journal, &first, why);
}

enum err vault_create(const struct vault_options *options, struct why *why)
{
    enum err err = create(options, why);

    return err == OK ? OK
                     : why_say(why, err, "%s: the vault cannot be made: %s", options->folder,
                               err_text(err));
}
