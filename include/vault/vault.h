/*
 * The vault: token -> sealed card, keyed index -> token, and the journal that comes first.
 *
 * Three kinds of threads: workers (any number) submit and read; one committer decides, numbers,
 * journals and publishes; one applier carries entries on into the audit log and LMDB. Nothing that
 * was submitted comes back with err == OK before its entry is on disk.
 */
#ifndef PANGATE_VAULT_VAULT_H
#define PANGATE_VAULT_VAULT_H

#include "audit/log_reader.h"
#include "base/why.h"
#include "keys/keyring.h"
#include "vault/proposal.h"

struct vault;

struct vault_options {
    const char *folder;         /* holds keyring, vault.mdb, audit/ */
    const char *journal_folder; /* NULL: folder/journal */
    const char *archive_folder; /* of old entry files; NULL: none */
    uint64_t journal_size;      /* bytes; of vault_create() */
    uint64_t size_max;          /* LMDB map */
    int64_t expired_keep_ms;
    int64_t sync_bound_ms;    /* 0: every answer waits until its entry is on disk. Else one that
                                 only looks does not, and its entry is there so much later */
    struct keyring *keyring;  /* lent, outlives the vault */
    int64_t (*wall_ms)(void); /* clock_wall_ms, or a test's */
};

/* Make journal, LMDB and audit folder in a folder that exists and holds the keyring, with the
 * `init` entry durable. ERR_EXISTS if there is a vault. */
enum err vault_create(const struct vault_options *options, struct why *why);

/* Lock, check, recover, start committer and applier; `why` says what is wrong and what to do.
 * ERR_IN_USE: another process serves it. The `start` entry is the caller's to submit. */
enum err vault_open(const struct vault_options *options, struct vault **ret_vault, struct why *why);

/* Rewrite vault.mdb without its free pages, while nobody serves it. What the journal still holds
 * stays there for the next start. ERR_IN_USE. */
enum err vault_compact(const struct vault_options *options, struct why *why);

/* Decide what waits, apply everything, stop the threads, unlock. Workers must be gone. */
void vault_close(struct vault *vault);

/* Lock, check, recover, carry everything on into log and vault, unlock: for commands that read
 * while nobody serves. Nothing is decided or entered. Errors as of vault_open(). */
enum err vault_settle(const struct vault_options *options, uint64_t *ret_applied, struct why *why);

/* A submission with room for `count` items, zeroed; NULL when the bound on memory held by
 * submissions is reached (answer ERR_OVERLOADED). */
struct submission *submission_new(struct vault *vault, size_t count);
void submission_free(struct vault *vault, struct submission *submission);

/* Hand over. OK: it will come back. Otherwise it stays the caller's: ERR_OVERLOADED (no room
 * could be reserved), ERR_JOURNAL (the journal failed; a restart is needed). */
enum err vault_submit(struct vault *vault, struct submission *submission);

/* Enter something nobody waits for: what a worker answers or refuses by itself. Same errors. */
enum err vault_note(struct vault *vault, const struct audit_entry *entry);

/*
 * The log, as it is filed: for receipts. A submission that is not to be decided comes back once an
 * entry is in the files, or with ERR_REQUEST_TIMEOUT. ERR_NOT_FOUND at once if there is none of
 * that number yet. Never holds the caller up.
 */
enum err vault_await(struct vault *vault, struct submission *submission, uint64_t number,
                     int64_t timeout_ms);

/* A reader of the log's files, for one thread. */
enum err vault_log_reader(const struct vault *vault, struct audit_reader **ret_reader);

/* Append the proof of an entry in the newest tree (c2sp.org/tlog-proof). ERR_NOT_FOUND: its
 * checkpoint is not there yet. Any thread, with a reader of its own. */
enum err vault_prove(struct vault *vault, struct audit_reader *reader, uint64_t number,
                     struct buf *text);

/* A worker's way to read: overlay first, then an LMDB snapshot renewed after the miss. Not shared
 * between threads. */
struct vault_reader;
enum err vault_reader_new(struct vault *vault, struct vault_reader **ret_reader);
void vault_reader_free(struct vault_reader *reader);

/* A token and what its row holds: the number of the entry that made the token (the receipt of an
 * inspect), and the record. */
struct vault_row {
    struct token token;
    uint64_t made;
    struct record record;
};

/* The live row of a token. ERR_NO_TOKEN: unknown, used, erased and expired alike. */
enum err vault_find(struct vault_reader *reader, const struct record_place *place,
                    struct vault_row *ret_row);

/* The live multi token of an index value. ERR_NO_TOKEN; ERR_VAULT_DAMAGED if the record differs. */
enum err vault_find_index(struct vault_reader *reader, uint32_t tenant, const uint8_t index[32],
                          struct vault_row *ret_row);

/* What is known of the forward that an idempotency key stands for. */
struct vault_attempt {
    bool is_running; /* no outcome yet; the other members say nothing then */
    bool is_refused; /* there was no such token, so nothing was sent; neither do they then */
    uint64_t intent; /* the receipt */
    uint16_t status; /* of the processor; 0: not known */
    bool has_answer; /* that is replayed */
};

/* By the scope of its request. ERR_NOT_FOUND: the key is not held. */
enum err vault_find_attempt(struct vault_reader *reader, const uint8_t scope[32],
                            struct vault_attempt *ret_attempt);

/* ERR_NOT_FOUND: the client is not in quarantine. */
enum err vault_find_quarantine(struct vault_reader *reader, const char *client);

/* By client and key alone (idempotency.name): the last forward that had the key. */
enum err vault_find_attempt_named(struct vault_reader *reader, const uint8_t name[32],
                                  struct vault_attempt *ret_attempt);

/* Time as entries see it: held over a step back. */
int64_t vault_now_ms(const struct vault *vault);

/* Ask the applier to carry on everything entered so far without pacing; returns the number that
 * vault_stats.applied must reach. Waits up to a quarter of a second for what nobody else waits
 * for. */
uint64_t vault_hurry(struct vault *vault);

enum { VAULT_REASON_SIZE = 256 };

struct vault_stats {
    uint64_t next;    /* number of the next entry to be decided */
    uint64_t durable; /* entries below it are synced */
    uint64_t applied; /* entries below it are in LMDB and the audit log */
    uint64_t journal_used_bytes, journal_size_bytes;
    uint64_t overlay_changes, overlay_changes_max;
    uint64_t vault_used_bytes, vault_size_bytes;
    uint64_t clock_jumps;
    uint64_t checkpoint;             /* entries that the last signed one covers */
    uint64_t batches, batch_entries; /* sums: their ratio is the mean batch */
    uint64_t sync_count, sync_ns_sum;
    uint64_t sync_buckets[24];                            /* synced within 2^i * 16 us */
    uint64_t draws[TOKEN_FORMATS], stores[TOKEN_FORMATS]; /* tokens that the last draws made */
    bool failed;                                          /* final until a restart */
    bool applier_failed;            /* LMDB or the audit log cannot be written now */
    char reason[VAULT_REASON_SIZE]; /* a sentence for readyz */
};
void vault_stats(struct vault *vault, struct vault_stats *ret_stats);

/* Why entries cannot be made durable now, for callers: a sentence, or NULL if they can. */
const char *vault_cause(struct vault *vault);

/* Cards and tombstones of a tenant, as counted in LMDB's meta rows. */
enum err vault_count(struct vault *vault, uint32_t tenant, uint64_t *ret_cards,
                     uint64_t *ret_tombstones);

#endif
