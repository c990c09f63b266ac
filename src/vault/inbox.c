#include "vault/inbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/must.h"

/* How deep the committer sleeps says what wakes it up. */
enum sleep { AWAKE, DOZING /* until its notes are old */, ASLEEP };

struct inbox {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct list singles, groups, notes;
    size_t note_count;
    int64_t note_since_ms; /* when the first note came */
    bool hurry;            /* notes need not grow old */
    uint64_t notes_taken, notes_decided;
    enum sleep sleep;
    bool closed;
};

enum err inbox_new(struct inbox **ret_inbox)
{
    struct inbox *inbox = calloc(1, sizeof(*inbox));
    pthread_condattr_t monotonic;

    if (inbox == NULL)
        return ERR_MEMORY;
    must(pthread_mutex_init(&inbox->lock, NULL) == 0);
    must(pthread_condattr_init(&monotonic) == 0);
    must(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    must(pthread_cond_init(&inbox->wake, &monotonic) == 0);
    must(pthread_condattr_destroy(&monotonic) == 0);
    list_init(&inbox->singles);
    list_init(&inbox->groups);
    list_init(&inbox->notes);
    *ret_inbox = inbox;
    return OK;
}

void inbox_free(struct inbox *inbox)
{
    if (inbox == NULL)
        return;
    must(list_is_empty(&inbox->singles) && list_is_empty(&inbox->groups) &&
         list_is_empty(&inbox->notes));
    must(pthread_cond_destroy(&inbox->wake) == 0);
    must(pthread_mutex_destroy(&inbox->lock) == 0);
    free(inbox);
}

/* Lock held. True if it wakes a sleeper up. */
static bool add_note(struct inbox *inbox, struct submission *submission)
{
    list_add_last(&inbox->notes, &submission->node);
    if (inbox->note_count++ == 0)
        inbox->note_since_ms = clock_mono_ms();
    return inbox->sleep == ASLEEP ||
           (inbox->sleep == DOZING && inbox->note_count == INBOX_NOTES_FULL);
}

void inbox_put(struct inbox *inbox, struct submission *submission)
{
    bool is_note = submission->reply_to == NULL;
    bool wakes;

    must(pthread_mutex_lock(&inbox->lock) == 0);
    if (is_note) {
        wakes = add_note(inbox, submission);
    } else {
        list_add_last(submission->count > 1 ? &inbox->groups : &inbox->singles, &submission->node);
        wakes = inbox->sleep != AWAKE;
    }
    if (wakes)
        inbox->sleep = AWAKE;
    must(pthread_mutex_unlock(&inbox->lock) == 0);
    if (wakes)
        must(pthread_cond_signal(&inbox->wake) == 0);
}

/* Lock held. */
static bool is_due(const struct inbox *inbox)
{
    return inbox->closed || !list_is_empty(&inbox->singles) || !list_is_empty(&inbox->groups) ||
           inbox->note_count >= INBOX_NOTES_FULL || (inbox->note_count > 0 && inbox->hurry) ||
           (inbox->note_count > 0 && clock_mono_ms() >= inbox->note_since_ms + INBOX_NOTE_AGE_MS);
}

/* Lock held. False once the time is over. */
static bool sleep_on(struct inbox *inbox, int64_t until_ms)
{
    bool dozes = inbox->note_count > 0;
    int64_t old_ms = inbox->note_since_ms + INBOX_NOTE_AGE_MS;
    int64_t wake_ms = dozes && old_ms < until_ms ? old_ms : until_ms;
    struct timespec wake = { .tv_sec = wake_ms / 1000, .tv_nsec = wake_ms % 1000 * 1000000 };

    inbox->sleep = dozes ? DOZING : ASLEEP;
    (void)pthread_cond_timedwait(&inbox->wake, &inbox->lock, &wake);
    inbox->sleep = AWAKE;
    return clock_mono_ms() < until_ms;
}

static void move_all(struct list *from, struct list *to)
{
    if (list_is_empty(from))
        return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    list_init(from);
}

bool inbox_take(struct inbox *inbox, int timeout_ms, struct list *ret_singles,
                struct list *ret_group)
{
    int64_t until_ms = clock_mono_ms() + timeout_ms;
    struct list *group;
    bool goes_on;

    must(pthread_mutex_lock(&inbox->lock) == 0);
    inbox->notes_decided = inbox->notes_taken;
    while (!is_due(inbox) && sleep_on(inbox, until_ms)) {
    }
    inbox->notes_taken += inbox->note_count;
    inbox->hurry = false;
    move_all(&inbox->notes, ret_singles);
    move_all(&inbox->singles, ret_singles);
    inbox->note_count = 0;
    group = list_take_first(&inbox->groups);
    if (group != NULL)
        list_add_last(ret_group, group);
    goes_on = !inbox->closed || group != NULL || !list_is_empty(ret_singles);
    must(pthread_mutex_unlock(&inbox->lock) == 0);
    return goes_on;
}

static bool is_decided(struct inbox *inbox, uint64_t notes)
{
    bool is_decided;

    must(pthread_mutex_lock(&inbox->lock) == 0);
    is_decided = inbox->notes_decided >= notes;
    must(pthread_mutex_unlock(&inbox->lock) == 0);
    return is_decided;
}

void inbox_settle(struct inbox *inbox, int64_t timeout_ms)
{
    int64_t until_ms = clock_mono_ms() + timeout_ms;
    uint64_t notes;

    must(pthread_mutex_lock(&inbox->lock) == 0);
    notes = inbox->notes_taken + inbox->note_count;
    inbox->hurry = true;
    must(pthread_mutex_unlock(&inbox->lock) == 0);
    must(pthread_cond_signal(&inbox->wake) == 0);
    while (!is_decided(inbox, notes) && clock_mono_ms() < until_ms)
        clock_sleep_ms(1);
}

void inbox_close(struct inbox *inbox)
{
    must(pthread_mutex_lock(&inbox->lock) == 0);
    inbox->closed = true;
    must(pthread_mutex_unlock(&inbox->lock) == 0);
    must(pthread_cond_signal(&inbox->wake) == 0);
}
