#include <stdio.h>
#include <stdlib.h>

#include "base/must.h"
#include "base/secret.h"
#include "vault/parts.h"

int64_t vault_now_ms(const struct vault *vault)
{
    return timeline_held_ms(atomic_load(&vault->last_ms), vault->options.wall_ms());
}

static void say_locked(struct vault *vault, const char *reason)
{
    (void)snprintf(vault->reason, sizeof(vault->reason), "%s", reason == NULL ? "" : reason);
}

void vault_say(struct vault *vault, const char *reason)
{
    must(pthread_mutex_lock(&vault->status_lock) == 0);
    if (!atomic_load(&vault->failed))
        say_locked(vault, reason);
    must(pthread_mutex_unlock(&vault->status_lock) == 0);
}

void vault_fail(struct vault *vault, const char *reason)
{
    must(pthread_mutex_lock(&vault->status_lock) == 0);
    say_locked(vault, reason);
    atomic_store(&vault->failed, true);
    must(pthread_mutex_unlock(&vault->status_lock) == 0);
}

enum err vault_journal_path(const struct vault_options *options, char *ret_path, size_t size)
{
    const char *name = options->journal_folder == NULL ? "journal" : options->journal_folder;

    return path_join(options->folder, name, ret_path, size);
}

enum err vault_journal_open(const struct vault_options *options, struct journal **ret_journal,
                            struct why *why)
{
    uint8_t key[JOURNAL_KEY_SIZE];
    char path[PATH_SIZE];
    enum err err;

    TRY(vault_journal_path(options, path, sizeof(path)));
    keyring_journal_key(options->keyring, key);
    err = journal_open(path, key, ret_journal, why);
    wipe(key, sizeof(key));
    return err;
}

static struct vault *vault_new(const struct vault_options *options)
{
    struct vault *vault = calloc(1, sizeof(*vault));

    if (vault == NULL)
        return NULL;
    vault->options = *options;
    vault->timeline.wall_ms = options->wall_ms;
    must(pthread_mutex_init(&vault->status_lock, NULL) == 0);
    applier_init(&vault->applier);
    pool_init(&vault->pool);
    waiting_init(&vault->waiting);
    room_init(&vault->room, NULL);
    return vault;
}

/* Accepts a half-built one without threads. */
static void vault_free(struct vault *vault)
{
    applier_done(&vault->applier);
    ledger_done(&vault->ledger);
    inbox_free(vault->inbox);
    overlay_free(vault->overlay);
    audit_files_free(vault->files);
    log_tree_free(vault->tree);
    journal_close(&vault->journal);
    store_close(&vault->store);
    room_done(&vault->room);
    waiting_done(&vault->waiting);
    pool_done(&vault->pool);
    must(pthread_mutex_destroy(&vault->status_lock) == 0);
    free(vault->open);
    free(vault);
}

static enum err open_parts(struct vault *vault, struct why *why)
{
    unsigned dead;
    size_t room;

    TRY(store_open(vault->options.folder, vault->options.size_max, &vault->store, why));
    TRY(store_reader_check(vault->store, &dead));
    TRY(vault_journal_open(&vault->options, &vault->journal, why));
    vault->room.journal = vault->journal;
    TRY(overlay_new(&vault->overlay));
    TRY(inbox_new(&vault->inbox));
    TRY(ledger_init(&vault->ledger, vault->overlay, vault->store));
    vault->ledger.expired_keep_ms = vault->options.expired_keep_ms;
    TRY(vault_recover(vault, why));
    room = journal_batch_room(vault->journal);
    vault->batch_bytes_max = room > LEDGER_PAYLOAD_MAX ? LEDGER_PAYLOAD_MAX : room;
    vault_look_at_store(vault);
    return OK;
}

static void *prefault_run(void *argument)
{
    struct vault *vault = argument;

    err_ignore(store_prefault(vault->store, PREFAULT_BYTES_MAX, &vault->closing));
    return NULL;
}

static void start_threads(struct vault *vault)
{
    must(pthread_create(&vault->applier_thread, NULL, applier_run, vault) == 0);
    must(pthread_create(&vault->committer_thread, NULL, committer_run, vault) == 0);
    must(pthread_create(&vault->keeper_thread, NULL, keeper_run, vault) == 0);
    must(pthread_create(&vault->prefault_thread, NULL, prefault_run, vault) == 0);
}

static enum err open_still(const struct vault_options *options, struct vault **ret_vault,
                           struct why *why)
{
    struct vault *vault = vault_new(options);
    enum err err;

    if (vault == NULL)
        return ERR_MEMORY;
    err = open_parts(vault, why);
    if (err == OK) {
        *ret_vault = vault;
        return OK;
    }
    vault_free(vault);
    return why_say(why, err, "%s: the vault cannot be opened: %s", options->folder, err_text(err));
}

enum err vault_open(const struct vault_options *options, struct vault **ret_vault, struct why *why)
{
    TRY(open_still(options, ret_vault, why));
    start_threads(*ret_vault);
    return OK;
}

enum err vault_settle(const struct vault_options *options, uint64_t *ret_applied, struct why *why)
{
    struct vault *vault;
    bool is_settled;

    TRY(open_still(options, &vault, why));
    vault->applier.closing = true;
    (void)applier_run(vault);
    *ret_applied = atomic_load(&vault->applied);
    is_settled = list_is_empty(&vault->applier.queue);
    vault_free(vault);
    return is_settled
               ? OK
               : why_say(why, ERR_IO, "%s: vault or audit log cannot be written", options->folder);
}

void vault_close(struct vault *vault)
{
    if (vault == NULL)
        return;
    inbox_close(vault->inbox);
    must(pthread_join(vault->committer_thread, NULL) == 0);
    atomic_store(&vault->closing, true);
    must(pthread_join(vault->keeper_thread, NULL) == 0);
    must(pthread_join(vault->prefault_thread, NULL) == 0);
    must(pthread_mutex_lock(&vault->applier.lock) == 0);
    vault->applier.closing = true;
    must(pthread_mutex_unlock(&vault->applier.lock) == 0);
    must(pthread_cond_signal(&vault->applier.wake) == 0);
    must(pthread_join(vault->applier_thread, NULL) == 0);
    vault_free(vault);
}
