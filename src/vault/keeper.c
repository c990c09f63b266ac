#include "base/clock.h"
#include "base/must.h"
#include "vault/parts.h"

enum { KEEPER_MS = 1000, LOOK_MS = 100, READER_CHECK_MS = 60 * 1000 };

/* Tell the journal how far it is on disk, so that its end can never be lost unnoticed. */
static void note_count(struct vault *vault, uint64_t *noted)
{
    uint64_t durable = atomic_load(&vault->durable);

    if (durable == *noted || atomic_load(&vault->failed))
        return;
    if (journal_note_count(vault->journal, durable) != OK) {
        vault_fail(vault, "the journal cannot be written; restart when its disk is well again");
        return;
    }
    *noted = durable;
}

/* What the last checkpoint covers is at most a second old. */
static void sign_checkpoint(struct vault *vault)
{
    struct audit_checkpoint checkpoint;

    if (log_tree_sign(vault->tree, &checkpoint) == OK)
        atomic_store(&vault->checkpoint, checkpoint.head.size);
}

void vault_look_at_store(struct vault *vault)
{
    struct store_stats stats;

    if (store_stats(vault->store, &stats) != OK)
        return;
    atomic_store(&vault->free_bytes, stats.map_bytes - stats.used_bytes);
    must(pthread_mutex_lock(&vault->status_lock) == 0);
    vault->store_stats = stats;
    must(pthread_mutex_unlock(&vault->status_lock) == 0);
}

/* What waits in the overlay will need room, too: twice its size, as pages are never full. */
bool vault_is_full(struct vault *vault)
{
    uint64_t waiting;

    must(pthread_mutex_lock(&vault->room.lock) == 0);
    waiting = vault->room.bytes;
    must(pthread_mutex_unlock(&vault->room.lock) == 0);
    return atomic_load(&vault->free_bytes) < FREE_BYTES_MIN + 2 * waiting;
}

void *keeper_run(void *argument)
{
    struct vault *vault = argument;
    int64_t looked_ms = 0, checked_ms = clock_mono_ms();
    uint64_t noted = 0;
    unsigned dead;

    (void)pthread_setname_np(pthread_self(), "keeper");
    while (!atomic_load(&vault->closing)) {
        int64_t now_ms = clock_mono_ms();
        if (now_ms - looked_ms >= KEEPER_MS) {
            looked_ms = now_ms;
            note_count(vault, &noted);
            sign_checkpoint(vault);
            vault_look_at_store(vault);
        }
        if (now_ms - checked_ms >= READER_CHECK_MS) {
            checked_ms = now_ms;
            err_ignore(store_reader_check(vault->store, &dead));
        }
        waiting_look(vault);
        clock_sleep_ms(LOOK_MS);
    }
    note_count(vault, &noted);
    return NULL;
}
