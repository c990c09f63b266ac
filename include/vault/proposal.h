/*
 * What a worker asks the committer to decide, and what the committer decided.
 *
 * Plain values without pointers into the caller: sealed bytes, keyed hashes and an audit entry. No
 * PAN, no data key. A submission is one request's proposals: one, or the items of a batch, decided
 * together and numbered in one journal batch. It belongs to the vault from vault_submit() until it
 * comes back through the worker's mailbox; then it is the worker's again.
 */
#ifndef PANGATE_VAULT_PROPOSAL_H
#define PANGATE_VAULT_PROPOSAL_H

#include "audit/entry.h"
#include "base/list.h"
#include "base/mailbox.h"
#include "vault/record.h"

enum {
    SUBMISSION_ITEMS_MAX = 1000,
    REDRAWS_MAX = 1000,              /* taken draws before a format counts as exhausted */
    RETRIES_MAX = 8,                 /* lost races before a change is overloaded */
    FORWARD_ANSWER_MAX = 256 * 1024, /* sealed bytes of an answer that is kept */
};

enum proposal_kind {
    PROPOSE_STORE,  /* a card: give the token there is, or take this one */
    PROPOSE_LOOKUP, /* is there a token of this card? */
    PROPOSE_REVEAL, /* detokenize: is it live? uses a single token up */
    PROPOSE_CHANGE, /* replace the record, if its version is still the expected one */
    PROPOSE_ERASE,
    PROPOSE_FORWARD,         /* every item's token is revealed to a route, or none */
    PROPOSE_FORWARD_OUTCOME, /* closes an open forward */
    PROPOSE_NOTE,            /* only the entry, by somebody who waits for it; a refused item of
                                a batch is one, too: its err is the caller's and stays */
    PROPOSE_QUARANTINE,      /* the entry's client is let do nothing from now on ... */
    PROPOSE_RELEASE,         /* ... and may again; ERR_NO_TOKEN if it could all the time */
};

/* How an item was decided; with err == OK. */
enum decision {
    DECIDED_NOTHING, /* not decided: err says why */
    DECIDED_NEW,     /* STORE: the proposed record is stored (201) */
    DECIDED_KNOWN,   /* STORE, LOOKUP: `record` and `token` are what there is (200) */
    DECIDED_TAKEN,   /* STORE: the token is taken: draw another and submit again */
    DECIDED_STALE,   /* CHANGE: the version moved on: look again and submit again */
    DECIDED_DONE, /* everything else; REVEAL, ERASE and FORWARD: `record` is the record to open */
};

struct proposal {
    enum proposal_kind kind;
    uint32_t tenant;
    struct token token;                   /* STORE: the draw; in the outcome: the token there is */
    bool single;                          /* STORE */
    uint8_t index[32];                    /* STORE of a multi card, LOOKUP */
    uint32_t version_expected;            /* CHANGE */
    struct audit_entry entry;             /* in: who, what, from where; out: as it was entered */
    uint8_t customer_tag[AUDIT_TAG_SIZE]; /* STORE, CHANGE with has_customer in the entry: its
                                             row in the customers table follows */

    /* the outcome */
    enum err err; /* OK, ERR_NO_TOKEN, ERR_VAULT_FULL, ERR_VAULT_DAMAGED, ... */
    enum decision decision;
    uint64_t number; /* receipt of this item's entry; in a replay the first one's */

    struct record record; /* in: STORE, CHANGE; out: KNOWN, REVEAL, ERASE, FORWARD, replays. Last,
                             as only its size is zeroed before use */
};

/* HMACs under the tenant's idempotency key; `used` is false without an Idempotency-Key. */
struct idempotency {
    bool used;
    uint8_t scope[32]; /* client, method, path, key */
    uint8_t body[32];  /* the raw body */
    uint8_t name[32];  /* of a forward: client and key alone, to ask for its attempt by */
    int64_t keep_ms;
};

/* What PROPOSE_FORWARD_OUTCOME says of an open forward, named by the intent's number. */
struct forward_outcome {
    uint64_t intent;
    size_t token_count;  /* of the intent's items */
    bool has_key;        /* the intent had an idempotency key */
    bool nothing_sent;   /* single tokens come back, and an idempotency key is free again */
    uint16_t status;     /* of the processor; 0: none came */
    struct bytes answer; /* sealed, to be replayed; lent until the submission comes back. In a
                            replay the submission's own */
};

/* What the vault has promised to a submission: entries, bytes in memory, blocks of the journal. */
struct room_claim {
    uint64_t entries, bytes, blocks;
};

struct submission {
    struct list node;
    struct mailbox *reply_to; /* where it goes back; a box without bound */
    void *owner;              /* the worker's own; NULL once its session let go */
    struct idempotency idempotency;
    struct forward_outcome forward;
    bool is_batch; /* answered 200 whatever its items got, so that its answer is always kept */

    /* the outcome of the whole */
    enum err err;           /* OK: look at the items; ERR_JOURNAL: nothing or unknown;
                                ERR_OVERLOADED, ERR_KEY_CONFLICT, ERR_KEY_IN_FLIGHT: nothing done */
    bool replayed;          /* items are as they were decided the first time */
    uint64_t replay_number; /* the receipt of the replay itself */

    /* the vault's own */
    struct room_claim claim;
    struct buf kept_answer;
    uint64_t await_number;  /* comes back once this entry is in the log's files ... */
    int64_t await_until_ms; /* ... or with ERR_REQUEST_TIMEOUT */

    size_t count;
    struct proposal items[]; /* count of them */
};

#endif
