/*
 * The inside of a vault: the parts that its threads share. For the vault layer alone.
 *
 * The committer owns `ledger` and `timeline` and writes the journal; the applier owns `files` and
 * writes the store; the keeper looks after both once a second. What they say to each other goes
 * through the overlay, the room, the applier's queue and a few atomic numbers.
 */
#ifndef PANGATE_VAULT_PARTS_H
#define PANGATE_VAULT_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "audit/log_files.h"
#include "vault/draws.h"
#include "vault/inbox.h"
#include "vault/ledger.h"
#include "vault/log_tree.h"
#include "vault/room.h"
#include "vault/timeline.h"
#include "vault/vault.h"

enum {
    SUBMISSIONS_KEPT = 1024,                  /* of one item, ready to be used again */
    SUBMISSION_BYTES_MAX = 192 * 1024 * 1024, /* in all that are handed out */
    PREFAULT_BYTES_MAX = 1024 * 1024 * 1024,  /* of the store's file, read ahead behind the start */
    FREE_BYTES_MIN = 64 * 1024 * 1024,        /* of the map; below, what adds is refused */
};

/* The queue from committer to applier, and how the applier is doing. */
struct applier {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct list queue;    /* of struct batch: published, not applied */
    uint64_t hurry_until; /* no pacing below this number */
    bool sleeps;          /* until something comes */
    bool closing;
    bool failed;          /* at its last attempt */
    bool failed_for_good; /* until a restart */
};

/* Submissions that wait for an entry to be in the log's files. */
struct waiting {
    pthread_mutex_t lock;
    struct list list;
};

void waiting_init(struct waiting *waiting);
void waiting_done(struct waiting *waiting);

/* Give back what has its entry, or waited long enough. */
void waiting_look(struct vault *vault);

/* Submissions that are not in use. */
struct pool {
    pthread_mutex_t lock;
    struct list kept;
    size_t kept_count;
    size_t bytes; /* handed out */
};

struct vault {
    struct vault_options options;
    struct store *store;
    struct journal *journal;
    struct audit_files *files;
    struct log_tree *tree;
    char log_folder[PATH_SIZE];
    struct overlay *overlay;
    struct room room;
    struct inbox *inbox;
    struct pool pool;
    struct waiting waiting;

    struct ledger ledger;
    struct timeline timeline;
    int64_t swept_ms;       /* the last time */
    bool jumped;            /* the clock, while nobody looked; to be entered */
    size_t batch_bytes_max; /* of a submission in one journal batch */
    uint64_t *open;         /* intents whose outcome is owed for a process before this one */
    size_t open_count;

    struct applier applier;
    pthread_t committer_thread, applier_thread, keeper_thread, prefault_thread;

    _Atomic uint64_t next, durable, applied, checkpoint;
    _Atomic int64_t last_ms; /* time of the last entry */
    _Atomic int64_t sweep_after_ms;
    _Atomic uint64_t free_bytes; /* of the map, as last looked at */
    _Atomic uint64_t clock_jumps, batches, batch_entries;
    struct draws draws[TOKEN_FORMATS]; /* the committer counts */
    atomic_bool failed;                /* the journal: final */
    atomic_bool closing;               /* for keeper and prefault */

    pthread_mutex_t status_lock; /* of what follows */
    char reason[VAULT_REASON_SIZE];
    struct store_stats store_stats;
};

/* What is wrong now; NULL: nothing. One that is too long is cut. */
void vault_say(struct vault *vault, const char *reason);

/* The journal failed, for good: its word is the last. */
void vault_fail(struct vault *vault, const char *reason);

/* Too little of the map is free for anything to be added: counted with what is still to come. */
bool vault_is_full(struct vault *vault);

void vault_look_at_store(struct vault *vault);

void pool_init(struct pool *pool);
void pool_done(struct pool *pool); /* of what was given back */

enum err vault_journal_open(const struct vault_options *options, struct journal **ret_journal,
                            struct why *why);
enum err vault_journal_path(const struct vault_options *options, char *ret_path, size_t size);

/* The threads. */
void *committer_run(void *vault);
void *applier_run(void *vault);
void *keeper_run(void *vault);

/* A batch is on disk and published: it is the applier's. */
void applier_put(struct vault *vault, struct batch *batch);

/* No pacing until everything below `until` is applied, also if it is not decided yet. */
void applier_hurry(struct vault *vault, uint64_t until);

void applier_init(struct applier *applier);
void applier_done(struct applier *applier); /* frees what was not applied */

/* From the journal and LMDB to where the last process was. */
enum err vault_recover(struct vault *vault, struct why *why);

#endif
