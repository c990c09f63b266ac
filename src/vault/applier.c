#include <time.h>

#include "base/clock.h"
#include "base/must.h"
#include "vault/change.h"
#include "vault/parts.h"
#include "vault/sweep.h"

enum {
    PACE_MS = 1000,          /* between commits of an empty overlay */
    PACE_FILL = 500,         /* of 1,000: without pause from here on */
    LOOK_MS = 50,            /* so often it looks how full the overlay is */
    RETRY_MS = 1000,         /* after a disk was full */
    WATCH_MS = 500,          /* so often it looks whether the log's files are still its own */
    SETTLE_MS = 250,         /* for notes that nobody else waits for */
    ENTRIES_MAX = 16 * 1024, /* in one transaction, but always a whole batch */
    BYTES_MAX = 32 * 1024 * 1024,
};

void applier_init(struct applier *applier)
{
    pthread_condattr_t monotonic;

    must(pthread_mutex_init(&applier->lock, NULL) == 0);
    must(pthread_condattr_init(&monotonic) == 0);
    must(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    must(pthread_cond_init(&applier->wake, &monotonic) == 0);
    must(pthread_condattr_destroy(&monotonic) == 0);
    list_init(&applier->queue);
}

void applier_done(struct applier *applier)
{
    while (!list_is_empty(&applier->queue))
        batch_free(list_item(list_take_first(&applier->queue), struct batch, node));
    must(pthread_cond_destroy(&applier->wake) == 0);
    must(pthread_mutex_destroy(&applier->lock) == 0);
}

void applier_put(struct vault *vault, struct batch *batch)
{
    struct applier *applier = &vault->applier;
    bool wakes;

    must(pthread_mutex_lock(&applier->lock) == 0);
    list_add_last(&applier->queue, &batch->node);
    wakes = applier->sleeps;
    applier->sleeps = false;
    must(pthread_mutex_unlock(&applier->lock) == 0);
    if (wakes)
        must(pthread_cond_signal(&applier->wake) == 0);
}

void applier_hurry(struct vault *vault, uint64_t until)
{
    struct applier *applier = &vault->applier;

    must(pthread_mutex_lock(&applier->lock) == 0);
    if (applier->hurry_until < until)
        applier->hurry_until = until;
    must(pthread_mutex_unlock(&applier->lock) == 0);
    must(pthread_cond_signal(&applier->wake) == 0);
}

uint64_t vault_hurry(struct vault *vault)
{
    uint64_t until;

    inbox_settle(vault->inbox, SETTLE_MS);
    until = atomic_load(&vault->durable);
    applier_hurry(vault, until);
    return until;
}

/* Lock held. */
static void doze(struct applier *applier, int64_t ms)
{
    int64_t until_ms = clock_mono_ms() + ms;
    struct timespec until = { .tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000 };

    (void)pthread_cond_timedwait(&applier->wake, &applier->lock, &until);
}

/* The fuller the overlay, the sooner: the journal's syncs suffer from each commit. */
static int64_t pause_ms(struct vault *vault)
{
    unsigned fill = room_fill(&vault->room);

    return fill >= PACE_FILL ? 0 : PACE_MS - (int64_t)fill * PACE_MS / PACE_FILL;
}

/* Wait until it is time for the next commit, or to look around. False when all is applied and the
 * vault closes. */
static bool applier_wait(struct vault *vault, int64_t last_ms)
{
    struct applier *applier = &vault->applier;
    bool goes_on;

    must(pthread_mutex_lock(&applier->lock) == 0);
    if (list_is_empty(&applier->queue) && !applier->closing) {
        applier->sleeps = true;
        doze(applier, WATCH_MS);
    }
    applier->sleeps = false;
    while (!applier->closing && applier->hurry_until <= atomic_load(&vault->applied) &&
           clock_mono_ms() < last_ms + pause_ms(vault))
        doze(applier, LOOK_MS);
    goes_on = !list_is_empty(&applier->queue) || !applier->closing;
    must(pthread_mutex_unlock(&applier->lock) == 0);
    return goes_on;
}

/* The first batches of the queue, as many as make a good transaction. */
static void take_work(struct applier *applier, struct list *work)
{
    uint64_t entries = 0, bytes = 0;

    must(pthread_mutex_lock(&applier->lock) == 0);
    while (!list_is_empty(&applier->queue) && entries < ENTRIES_MAX && bytes < BYTES_MAX) {
        struct batch *batch = list_item(applier->queue.next, struct batch, node);
        entries += batch->count;
        bytes += batch->payload_bytes;
        list_remove(&batch->node);
        list_add_last(work, &batch->node);
    }
    must(pthread_mutex_unlock(&applier->lock) == 0);
}

/* Leaves that an attempt before this one appended are passed over; what was there when the files
 * were opened is not. */
static enum err append_leaves(struct audit_files *files, const struct batch *batch)
{
    uint64_t number = batch->first;

    for (const struct batch_entry *entry = batch->entries; entry != NULL; entry = entry->next) {
        struct cursor changes;
        struct bytes leaf;
        TRY(change_read(entry->payload, &leaf, &changes));
        if (number >= audit_files_edge(files)->size)
            TRY(audit_files_append(files, number, leaf));
        number++;
    }
    return OK;
}

static enum err write_log(struct audit_files *files, struct list *work)
{
    list_each (node, work)
        TRY(append_leaves(files, list_item(node, struct batch, node)));
    return audit_files_sync(files);
}

/* The transaction makes a step of a count happen exactly once. */
static void apply_count(struct store_txn *txn, const struct change *change)
{
    struct count_row row = { 0 };
    uint8_t storage[32];
    struct bytes value;
    struct buf text;

    if (store_get(txn, STORE_META, change->key, &value) == OK)
        (void)!row_read_count(value, &row);
    row.cards += (uint64_t)(int64_t)change->cards;
    row.tombstones += (uint64_t)(int64_t)change->tombstones;
    buf_init_fixed(&text, storage, sizeof(storage));
    row_write_count(&row, &text);
    store_put(txn, STORE_META, change->key, buf_bytes(&text));
}

static void apply_change(struct store_txn *txn, const struct change *change)
{
    switch (change->kind) {
    case CHANGE_PUT: store_put(txn, change->table, change->key, change->value); break;
    case CHANGE_DEL: store_del(txn, change->table, change->key); break;
    case CHANGE_COUNT: apply_count(txn, change); break;
    }
}

static enum err apply_batch(struct store_txn *txn, const struct batch *batch)
{
    for (const struct batch_entry *entry = batch->entries; entry != NULL; entry = entry->next) {
        struct change change;
        struct cursor changes;
        struct bytes leaf;
        TRY(change_read(entry->payload, &leaf, &changes));
        while (change_next(&changes, &change))
            apply_change(txn, &change);
        TRY(cursor_end(&changes));
    }
    return OK;
}

/* What the transaction says of itself: from now on this number is the truth. */
static enum err put_applied(struct vault *vault, struct store_txn *txn, const struct batch *last)
{
    struct row_key key = row_key_meta("applied");
    struct buf edge AUTO(buf_done) = { 0 }, value AUTO(buf_done) = { 0 };
    struct applied_row row = { .position = last->end,
                               .generation = keyring_generation(vault->options.keyring),
                               .time_ms = last->time_ms };

    buf_init(&edge, ROW_EDGE_MAX);
    buf_init(&value, 2 * ROW_EDGE_MAX);
    merkle_edge_write(audit_files_edge(vault->files), &edge);
    row.edge = buf_bytes(&edge);
    row_write_applied(&row, &value);
    TRY(buf_check(&edge));
    TRY(buf_check(&value));
    store_put(txn, STORE_META, row_key_bytes(&key), buf_bytes(&value));
    return OK;
}

static int64_t read_sweep_after(struct store_txn *txn)
{
    struct row_key key = row_key_meta("sweep_after");
    struct bytes value;
    uint64_t ms = 0;

    if (store_get(txn, STORE_META, row_key_bytes(&key), &value) == OK)
        (void)!row_read_number(value, &ms);
    return (int64_t)ms;
}

static enum err write_store(struct vault *vault, struct list *work)
{
    struct store_txn *txn AUTO(store_abort) = NULL;
    const struct batch *last = list_item(work->prev, struct batch, node);
    struct sweep_limit limit = { .now_ms = last->time_ms };

    TRY(store_begin(vault->store, &txn));
    list_each (node, work)
        TRY(apply_batch(txn, list_item(node, struct batch, node)));
    limit.sweep_after_ms = read_sweep_after(txn);
    sweep_kept(txn, &limit);
    TRY(put_applied(vault, txn, last));
    return store_commit(&txn);
}

/* In LMDB: the overlay lets go of it, and then the journal. */
static void batch_is_applied(struct vault *vault, struct batch *batch)
{
    overlay_remove(vault->overlay, batch);
    log_tree_applied(vault->tree, batch->end.next);
    room_sub(&vault->room, batch->count, batch->payload_bytes);
    atomic_store(&vault->applied, batch->end.next);
    journal_release(vault->journal, batch->end.next);
    batch_free(batch);
}

static bool may_try_again(struct vault *vault, enum err err)
{
    bool is_full =
        err == ERR_NO_SPACE || err == ERR_VAULT_FULL || err == ERR_MEMORY || err == ERR_LIMIT;

    return is_full && !store_is_failed(vault->store);
}

static void set_flags(struct applier *applier, bool failed, bool for_good)
{
    must(pthread_mutex_lock(&applier->lock) == 0);
    applier->failed = failed;
    applier->failed_for_good = for_good;
    must(pthread_mutex_unlock(&applier->lock) == 0);
}

static void set_state(struct vault *vault, bool failed, bool for_good)
{
    set_flags(&vault->applier, failed, for_good);
    if (!failed)
        vault_say(vault, NULL);
    else if (for_good)
        vault_say(vault, "vault or audit log cannot be written; restart when the disk is well");
    else
        vault_say(vault, "the disk of vault or audit log is full; it is tried again");
}

/* False: the applier stops, and the journal keeps what it did not apply. */
static bool apply(struct vault *vault, struct list *work)
{
    struct applier *applier = &vault->applier;
    enum err err = write_log(vault->files, work);
    bool goes_on;

    if (err == OK)
        err = log_tree_save(vault->tree, audit_files_edge(vault->files));
    if (err == OK)
        err = write_store(vault, work);
    if (err == OK) {
        vault_look_at_store(vault); /* before it stops counting as work that waits */
        while (!list_is_empty(work))
            batch_is_applied(vault, list_item(list_take_first(work), struct batch, node));
        waiting_look(vault);
        set_state(vault, false, false);
        return true;
    }
    goes_on = may_try_again(vault, err);
    set_state(vault, true, !goes_on);
    must(pthread_mutex_lock(&applier->lock) == 0);
    if (goes_on && !applier->closing)
        doze(applier, RETRY_MS);
    goes_on = goes_on && !applier->closing;
    must(pthread_mutex_unlock(&applier->lock) == 0);
    return goes_on;
}

/* What is not applied stays where readers look, and where the next start finds it again. */
static void put_back(struct applier *applier, struct list *work)
{
    must(pthread_mutex_lock(&applier->lock) == 0);
    while (!list_is_empty(work)) {
        struct list *last = work->prev;
        list_remove(last);
        list_add_first(&applier->queue, last);
    }
    must(pthread_mutex_unlock(&applier->lock) == 0);
}

/* False: somebody took the log's files away, and what is written to them is lost. */
static bool files_are_there(struct vault *vault, int64_t *watched_ms)
{
    int64_t now_ms = clock_mono_ms();
    struct why why = { 0 };

    if (now_ms < *watched_ms + WATCH_MS)
        return true;
    *watched_ms = now_ms;
    if (audit_files_watch(vault->files, &why) == OK)
        return true;
    set_flags(&vault->applier, true, true);
    vault_say(vault, why.text);
    return false;
}

void *applier_run(void *argument)
{
    struct vault *vault = argument;
    int64_t last_ms = clock_mono_ms() - PACE_MS, watched_ms = 0;
    struct list work;
    bool goes_on = true;

    list_init(&work);
    (void)pthread_setname_np(pthread_self(), "applier");
    while (goes_on && (!list_is_empty(&work) || applier_wait(vault, last_ms))) {
        if (list_is_empty(&work))
            take_work(&vault->applier, &work);
        goes_on = files_are_there(vault, &watched_ms);
        if (!goes_on || list_is_empty(&work))
            continue;
        last_ms = clock_mono_ms();
        goes_on = apply(vault, &work);
    }
    put_back(&vault->applier, &work);
    return NULL;
}
