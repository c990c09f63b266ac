#include "base/must.h"
#include "vault/parts.h"

static void journal_part(struct vault *vault, struct vault_stats *stats)
{
    struct journal_stats journal;

    journal_stats(vault->journal, &journal);
    stats->journal_used_bytes = journal.used_bytes;
    stats->journal_size_bytes = journal.size_bytes;
    stats->sync_count = journal.sync_count;
    stats->sync_ns_sum = journal.sync_ns_sum;
    for (size_t i = 0; i < JOURNAL_BUCKETS; i++)
        stats->sync_buckets[i] = journal.sync_buckets[i];
}

static void applier_part(struct vault *vault, struct vault_stats *stats)
{
    must(pthread_mutex_lock(&vault->applier.lock) == 0);
    stats->applier_failed = vault->applier.failed;
    must(pthread_mutex_unlock(&vault->applier.lock) == 0);
}

static void status_part(struct vault *vault, struct vault_stats *stats)
{
    must(pthread_mutex_lock(&vault->status_lock) == 0);
    stats->vault_used_bytes = vault->store_stats.used_bytes;
    stats->vault_size_bytes = vault->store_stats.map_bytes;
    memcpy(stats->reason, vault->reason, sizeof(stats->reason));
    must(pthread_mutex_unlock(&vault->status_lock) == 0);
}

void vault_stats(struct vault *vault, struct vault_stats *ret_stats)
{
    struct vault_stats stats = {
        .next = atomic_load(&vault->next),
        .durable = atomic_load(&vault->durable),
        .applied = atomic_load(&vault->applied),
        .overlay_changes = overlay_count(vault->overlay),
        .overlay_changes_max = OVERLAY_CHANGES_MAX,
        .checkpoint = atomic_load(&vault->checkpoint),
        .clock_jumps = atomic_load(&vault->clock_jumps),
        .batches = atomic_load(&vault->batches),
        .batch_entries = atomic_load(&vault->batch_entries),
        .failed = atomic_load(&vault->failed),
    };

    for (size_t i = 0; i < TOKEN_FORMATS; i++) {
        stats.draws[i] = atomic_load(&vault->draws[i].count);
        stats.stores[i] = atomic_load(&vault->draws[i].made_count);
    }
    journal_part(vault, &stats);
    applier_part(vault, &stats);
    status_part(vault, &stats);
    *ret_stats = stats;
}

const char *vault_cause(struct vault *vault)
{
    struct applier *applier = &vault->applier;
    const char *cause = NULL;

    if (atomic_load(&vault->failed))
        return "the journal cannot be written: a restart is needed";
    must(pthread_mutex_lock(&applier->lock) == 0);
    if (applier->failed_for_good)
        cause = "vault or audit log cannot be written: a restart is needed";
    else if (applier->failed)
        cause = "the disk of vault or audit log is full: it is tried again";
    must(pthread_mutex_unlock(&applier->lock) == 0);
    return cause;
}

enum err vault_count(struct vault *vault, uint32_t tenant, uint64_t *ret_cards,
                     uint64_t *ret_tombstones)
{
    struct store_txn *snapshot AUTO(store_abort) = NULL;
    struct row_key key = row_key_count(tenant);
    struct count_row row = { 0 };
    struct bytes value;
    enum err err;

    TRY(store_snapshot(vault->store, &snapshot));
    err = store_get(snapshot, STORE_META, row_key_bytes(&key), &value);
    if (err == OK)
        err = row_read_count(value, &row);
    if (err != OK && err != ERR_NOT_FOUND)
        return err;
    *ret_cards = row.cards;
    *ret_tombstones = row.tombstones;
    return OK;
}
