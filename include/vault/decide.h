/*
 * What the committer decides, one straight-line function per use case.
 *
 * A decision looks at the ledger, stages the changes that follow and fills the proposal's outcome
 * and the outcome part of its entry. Entering it is decide()'s. An error that is returned, not put
 * into the proposal, means that nothing could be decided (the store cannot be read, no memory).
 */
#ifndef PANGATE_VAULT_DECIDE_H
#define PANGATE_VAULT_DECIDE_H

#include "vault/holding.h"
#include "vault/ledger.h"
#include "vault/proposal.h"

/*
 * Decide a submission and enter it whole, or hand it back whole: with an error, or with items
 * that are DECIDED_TAKEN or DECIDED_STALE, it has left no trace.
 */
void decide(struct ledger *ledger, struct submission *submission);

/* Stage the row of an idempotency key, in ledger->value, and when it is due to go. */
void stage_answer(struct ledger *ledger, const struct idempotency *idempotency,
                  int64_t keep_until_ms);

/* The outcome part of an item and its entry. */
void proposal_accept(struct proposal *proposal, enum decision decision, uint16_t status);
void proposal_refuse(struct proposal *proposal, enum err err);
/* A question that was answered with no: nothing was refused. */
void proposal_find_nothing(struct proposal *proposal);
/* A row that contradicts another: the item's entry becomes an alarm. */
void proposal_alarm(struct proposal *proposal, const char *detail);

static inline struct record_place proposal_place(const struct proposal *proposal)
{
    return (struct record_place){ proposal->tenant, proposal->token };
}

/* Answer from the row of the submission's idempotency key: give the first answer again, or refuse
 * the key. false if there is no such row, and the request is the first one. */
enum err decide_replay(struct ledger *ledger, struct submission *submission, bool *ret_answered);

enum err decide_store(struct ledger *ledger, struct proposal *proposal);

/* Only now, when no other item sends the group back, is a known card's token and record put over
 * what was proposed. */
enum err decide_store_settle(struct ledger *ledger, struct proposal *proposal);

enum err decide_lookup(struct ledger *ledger, struct proposal *proposal);

enum err decide_reveal(struct ledger *ledger, const struct idempotency *idempotency,
                       struct proposal *proposal);

/* The record as it can still be read, for a replay of entry `number`. */
enum err decide_reveal_again(struct ledger *ledger, struct proposal *proposal);

enum err decide_change(struct ledger *ledger, struct proposal *proposal);
enum err decide_erase(struct ledger *ledger, struct proposal *proposal);

/* A row per client that is held, so that it stays held over a restart. */
enum err decide_quarantine(struct ledger *ledger, struct proposal *proposal);
enum err decide_release(struct ledger *ledger, struct proposal *proposal);

/* All items, of tokens that differ, as one entry: that of the first one, or none of them. */
enum err decide_forward(struct ledger *ledger, struct submission *submission);
enum err decide_forward_outcome(struct ledger *ledger, struct submission *submission);

/* The outcome of a forward that a process before this one left open. */
enum err decide_forward_unknown(struct ledger *ledger, uint64_t intent);

/* An expired card that is due to be swept, entered at once. `tenant` is its tenant's name. */
enum err decide_expire(struct ledger *ledger, const struct record_place *place, const char *tenant);

#endif
