/*
 * What was refused, on its way into the audit log.
 *
 * A refusal of a right, a token or a value is one entry. Everything else (failed handshakes, bad
 * framing, timeouts, spent rates) is counted per caller, code and second, so that a flood costs
 * an entry a second and no more. The table of counts is bounded: what finds no room is counted
 * under no caller.
 */
#ifndef PANGATE_SERVICE_REFUSALS_H
#define PANGATE_SERVICE_REFUSALS_H

#include "base/bytes.h"
#include "service/caller.h"
#include "vault/vault.h"

struct refusals;

enum err refusals_new(struct vault *vault, struct refusals **ret_refusals);
void refusals_free(struct refusals *refusals);

/* True for the errors that are entered one by one: 403, 404 no_such_token, 409, 422, 507. */
bool refusal_is_entered(enum err err);

/* Enter or count. `token` is entered if it has the form of one. Never fails: an entry that finds
 * no room is counted instead. `entry` has kind and caller set. */
void refusals_add(struct refusals *refusals, const struct audit_entry *entry, enum err err,
                  struct bytes token);

/* Make an entry say that what it is about was refused. */
void refusal_say(struct audit_entry *entry, enum err err);

/* Count a connection that was closed without an answer; `reason` is a word of ours. */
void refusals_add_handshake(struct refusals *refusals, const char *reason, const char *address);

/* Once a second: turn the counts into entries. */
void refusals_flush(struct refusals *refusals);

#endif
