#include "base/mailbox.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/file.h"
#include "base/must.h"

struct mailbox {
    pthread_mutex_t lock;
    struct list waiting;
    size_t count, most;
    int bell;
    bool ringing;
};

enum err mailbox_new(size_t most, struct mailbox **ret_mailbox)
{
    struct mailbox *mailbox = calloc(1, sizeof(*mailbox));

    if (mailbox == NULL)
        return ERR_MEMORY;
    mailbox->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (mailbox->bell < 0) {
        free(mailbox);
        return file_err(errno);
    }
    must(pthread_mutex_init(&mailbox->lock, NULL) == 0);
    list_init(&mailbox->waiting);
    mailbox->most = most;
    *ret_mailbox = mailbox;
    return OK;
}

void mailbox_free(struct mailbox *mailbox)
{
    if (mailbox == NULL)
        return;
    must(list_is_empty(&mailbox->waiting));
    (void)close(mailbox->bell);
    must(pthread_mutex_destroy(&mailbox->lock) == 0);
    free(mailbox);
}

/* Lock held: a bell rung after unlocking could outlive its message, or the mailbox. */
static void mailbox_add(struct mailbox *mailbox, struct list *node)
{
    uint64_t one = 1;

    list_add_last(&mailbox->waiting, node);
    mailbox->count++;
    if (!mailbox->ringing)
        must(write(mailbox->bell, &one, sizeof(one)) == sizeof(one));
    mailbox->ringing = true;
}

enum err mailbox_post(struct mailbox *mailbox, struct list *node)
{
    bool full;

    must(pthread_mutex_lock(&mailbox->lock) == 0);
    full = mailbox->most > 0 && mailbox->count >= mailbox->most;
    if (!full)
        mailbox_add(mailbox, node);
    must(pthread_mutex_unlock(&mailbox->lock) == 0);
    return full ? ERR_OVERLOADED : OK;
}

void mailbox_post_all(struct mailbox *mailbox, struct list *nodes)
{
    must(pthread_mutex_lock(&mailbox->lock) == 0);
    for (struct list *node = list_take_first(nodes); node != NULL; node = list_take_first(nodes))
        mailbox_add(mailbox, node);
    must(pthread_mutex_unlock(&mailbox->lock) == 0);
}

void mailbox_take(struct mailbox *mailbox, struct list *ret_nodes)
{
    uint64_t rings;

    must(pthread_mutex_lock(&mailbox->lock) == 0);
    if (mailbox->ringing)
        (void)!read(mailbox->bell, &rings, sizeof(rings));
    mailbox->ringing = false;
    mailbox->count = 0;
    for (struct list *node = list_take_first(&mailbox->waiting); node != NULL;
         node = list_take_first(&mailbox->waiting))
        list_add_last(ret_nodes, node);
    must(pthread_mutex_unlock(&mailbox->lock) == 0);
}

int mailbox_fd(const struct mailbox *mailbox)
{
    return mailbox->bell;
}

void mailbox_wait(struct mailbox *mailbox, int timeout_ms)
{
    struct pollfd bell = { .fd = mailbox->bell, .events = POLLIN };

    (void)poll(&bell, 1, timeout_ms);
}
