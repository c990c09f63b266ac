#include "base/clock.h"
#include "base/must.h"
#include "vault/parts.h"

void waiting_init(struct waiting *waiting)
{
    must(pthread_mutex_init(&waiting->lock, NULL) == 0);
    list_init(&waiting->list);
}

void waiting_done(struct waiting *waiting)
{
    must(list_is_empty(&waiting->list));
    must(pthread_mutex_destroy(&waiting->lock) == 0);
}

/* Whether its time has come, and how it went. */
static bool is_over(const struct vault *vault, struct submission *submission, int64_t now_ms)
{
    bool is_filed = submission->await_number < atomic_load(&vault->applied);

    submission->err = is_filed ? OK : ERR_REQUEST_TIMEOUT;
    return is_filed || now_ms >= submission->await_until_ms;
}

void waiting_look(struct vault *vault)
{
    struct waiting *waiting = &vault->waiting;
    int64_t now_ms = clock_mono_ms();

    must(pthread_mutex_lock(&waiting->lock) == 0);
    list_each (node, &waiting->list) {
        struct submission *submission = list_item(node, struct submission, node);
        if (!is_over(vault, submission, now_ms))
            continue;
        list_remove(node);
        must(mailbox_post(submission->reply_to, node) == OK);
    }
    must(pthread_mutex_unlock(&waiting->lock) == 0);
}

enum err vault_await(struct vault *vault, struct submission *submission, uint64_t number,
                     int64_t timeout_ms)
{
    struct waiting *waiting = &vault->waiting;

    if (number >= atomic_load(&vault->next))
        return ERR_NOT_FOUND;
    submission->await_number = number;
    submission->await_until_ms = clock_mono_ms() + timeout_ms;
    must(pthread_mutex_lock(&waiting->lock) == 0);
    list_add_last(&waiting->list, &submission->node);
    must(pthread_mutex_unlock(&waiting->lock) == 0);
    if (number < atomic_load(&vault->applied))
        waiting_look(vault);
    else
        applier_hurry(vault, number + 1); /* it is decided: there is no note to wait for */
    return OK;
}

enum err vault_log_reader(const struct vault *vault, struct audit_reader **ret_reader)
{
    const struct audit_reader_options options = { .folder = vault->log_folder,
                                                  .archive = vault->options.archive_folder };

    return audit_reader_new(&options, ret_reader);
}

enum err vault_prove(struct vault *vault, struct audit_reader *reader, uint64_t number,
                     struct buf *text)
{
    return log_tree_prove(vault->tree, reader, number, text);
}
