/*
 * Where submissions wait for the committer.
 *
 * Three queues: single proposals, groups, and notes, for which nobody waits. Notes ride along with
 * the next batch; alone they wait until they are old or many. A worker that puts something in pays
 * a system call only if the committer sleeps.
 */
#ifndef PANGATE_VAULT_INBOX_H
#define PANGATE_VAULT_INBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "vault/proposal.h"

enum {
    INBOX_NOTE_AGE_MS = 20,
    INBOX_NOTES_FULL = 512,
};

struct inbox;

enum err inbox_new(struct inbox **ret_inbox);
void inbox_free(struct inbox *inbox); /* must be empty */

/* Any thread. */
void inbox_put(struct inbox *inbox, struct submission *submission);

/*
 * Sleep until something is due or `timeout_ms` passed; then take all notes and singles to the end
 * of ret_singles (notes first: a start comes before what it serves), and one group, if there is
 * one, to the end of ret_group. False once the inbox is closed and nothing is left in it.
 */
bool inbox_take(struct inbox *inbox, int timeout_ms, struct list *ret_singles,
                struct list *ret_group);

/* Wait until every note that is in here was decided: it was taken, and its taker came again. Gives
 * up after `timeout_ms`. Any thread but the committer. */
void inbox_settle(struct inbox *inbox, int64_t timeout_ms);

/* Wake the committer up for the last time. */
void inbox_close(struct inbox *inbox);

#endif
