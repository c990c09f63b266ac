#include <stdlib.h>

#include "base/must.h"
#include "vault/parts.h"

static size_t submission_size(size_t count)
{
    return sizeof(struct submission) + count * sizeof(struct proposal);
}

/* A used one, or NULL and room for a new one promised, or ERR_OVERLOADED. */
static enum err pool_take(struct pool *pool, size_t count, struct submission **ret_kept)
{
    size_t size = submission_size(count);
    enum err err = OK;

    *ret_kept = NULL;
    must(pthread_mutex_lock(&pool->lock) == 0);
    if (pool->bytes + size > SUBMISSION_BYTES_MAX) {
        err = ERR_OVERLOADED;
    } else {
        pool->bytes += size;
        if (count == 1 && pool->kept_count > 0) {
            *ret_kept = list_item(list_take_first(&pool->kept), struct submission, node);
            pool->kept_count--;
        }
    }
    must(pthread_mutex_unlock(&pool->lock) == 0);
    return err;
}

/* True if the pool keeps it. */
static bool pool_give(struct pool *pool, struct submission *submission)
{
    size_t count = submission->count;
    bool keeps;

    must(pthread_mutex_lock(&pool->lock) == 0);
    pool->bytes -= submission_size(count);
    keeps = count == 1 && pool->kept_count < SUBMISSIONS_KEPT;
    if (keeps) {
        list_add_first(&pool->kept, &submission->node); /* its memory is still near */
        pool->kept_count++;
    }
    must(pthread_mutex_unlock(&pool->lock) == 0);
    return keeps;
}

struct submission *submission_new(struct vault *vault, size_t count)
{
    struct submission *submission;

    must(count >= 1 && count <= SUBMISSION_ITEMS_MAX);
    if (pool_take(&vault->pool, count, &submission) != OK)
        return NULL;
    if (submission == NULL)
        submission = malloc(submission_size(count));
    if (submission == NULL) {
        must(pthread_mutex_lock(&vault->pool.lock) == 0);
        vault->pool.bytes -= submission_size(count);
        must(pthread_mutex_unlock(&vault->pool.lock) == 0);
        return NULL;
    }
    memset(submission, 0, sizeof(*submission));
    for (size_t i = 0; i < count; i++)
        memset(&submission->items[i], 0, offsetof(struct proposal, record.data));
    submission->count = count;
    list_init(&submission->node);
    buf_init(&submission->kept_answer, FORWARD_ANSWER_MAX);
    return submission;
}

void submission_free(struct vault *vault, struct submission *submission)
{
    if (submission == NULL)
        return;
    buf_done(&submission->kept_answer);
    if (!pool_give(&vault->pool, submission))
        free(submission);
}

void pool_init(struct pool *pool)
{
    must(pthread_mutex_init(&pool->lock, NULL) == 0);
    list_init(&pool->kept);
}

void pool_done(struct pool *pool)
{
    while (!list_is_empty(&pool->kept))
        free(list_item(list_take_first(&pool->kept), struct submission, node));
    must(pthread_mutex_destroy(&pool->lock) == 0);
}

enum err vault_submit(struct vault *vault, struct submission *submission)
{
    struct room_claim *claim = &submission->claim;

    if (atomic_load(&vault->failed))
        return ERR_JOURNAL;
    if (submission->forward.answer.size > FORWARD_ANSWER_MAX)
        return ERR_LIMIT;
    *claim = room_claim_of(submission);
    if (claim->bytes + claim->entries * sizeof(uint32_t) > vault->batch_bytes_max)
        return ERR_OVERLOADED;
    if (room_take(&vault->room, claim) != OK)
        return vault_cause(vault) == NULL ? ERR_OVERLOADED : ERR_JOURNAL;
    inbox_put(vault->inbox, submission);
    return OK;
}

enum err vault_note(struct vault *vault, const struct audit_entry *entry)
{
    struct submission *note = submission_new(vault, 1);
    enum err err;

    if (note == NULL)
        return ERR_OVERLOADED;
    note->items[0].kind = PROPOSE_NOTE;
    note->items[0].entry = *entry;
    err = vault_submit(vault, note);
    if (err != OK)
        submission_free(vault, note);
    return err;
}
