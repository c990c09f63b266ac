/*
 * A bounded queue of messages from many threads to one, with a bell that an event loop can watch.
 *
 * A message is a node inside a struct of the sender's; the mailbox owns nothing. The bell rings
 * once when the box turns from empty to not empty.
 */
#ifndef PANGATE_BASE_MAILBOX_H
#define PANGATE_BASE_MAILBOX_H

#include <stddef.h>

#include "base/err.h"
#include "base/list.h"

struct mailbox;

/* At most `most` messages; 0 is no bound (when the senders' own bounds make one). */
enum err mailbox_new(size_t most, struct mailbox **ret_mailbox);
void mailbox_free(struct mailbox *mailbox); /* must be empty */

/* ERR_OVERLOADED if it is full. Any thread. */
enum err mailbox_post(struct mailbox *mailbox, struct list *node);

/* A chain of messages at once, with one ring of the bell. For boxes without a bound. */
void mailbox_post_all(struct mailbox *mailbox, struct list *nodes);

/* Move everything that waits to the end of `ret_nodes`, and silence the bell. Receiver only. */
void mailbox_take(struct mailbox *mailbox, struct list *ret_nodes);

/* Readable while there may be messages. */
int mailbox_fd(const struct mailbox *mailbox);

/* Sleep until there is a message or `timeout_ms` passed (-1: no limit). */
void mailbox_wait(struct mailbox *mailbox, int timeout_ms);

#endif
