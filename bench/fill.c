#include "bench/fill.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/must.h"
#include "service/tokenize.h"

enum {
    LOADS = 4, /* under way at once, of each thread */
    LOAD_CARDS = 500,
    PAUSE_MS = 1,
    SHOW_MS = 500,
    WAIT_MS = 1000,
};

struct filler { /* one thread */
    struct fill *fill;
    struct service_worker worker;
    struct caller caller;
    struct mailbox *mailbox;
    uint64_t next, end; /* cards that it has not begun with */
    unsigned under_way;
    enum err err;
    pthread_t thread;
    bool started;
};

/* As a request that names nothing but the number. */
static enum err propose_card(struct filler *filler, uint64_t index, struct proposal *proposal)
{
    struct card_request request AUTO(card_request_wipe) = { 0 };
    struct card_fields fields = { 0 };
    struct blame blame = { 0 };
    char digits[CARD_DIGITS];

    card_make(KNOWN_SEED, index, digits);
    fields.number = bytes_of(digits, sizeof(digits));
    card_request_read(&fields, vault_now_ms(filler->fill->vault), &request, &blame);
    TRY(blame.err);
    return tokenize_propose(&filler->caller, &request, proposal);
}

/* Room comes back as the applier goes on. */
static enum err submit(const struct filler *filler, struct submission *submission)
{
    enum err err = vault_submit(filler->fill->vault, submission);

    while (err == ERR_OVERLOADED) {
        clock_sleep_ms(PAUSE_MS);
        err = vault_submit(filler->fill->vault, submission);
    }
    return err;
}

/* The owner of a submission is the number of its first card, plus one: it is never NULL. */
static uint64_t first_card(const struct submission *submission)
{
    return (uint64_t)(uintptr_t)submission->owner - 1;
}

static enum err propose_cards(struct filler *filler, struct submission *submission)
{
    for (size_t i = 0; i < submission->count; i++)
        TRY(propose_card(filler, first_card(submission) + i, &submission->items[i]));
    return submit(filler, submission);
}

/* False when nothing more can be begun before something is done. */
static bool begin_load(struct filler *filler)
{
    const uint64_t left = filler->end - filler->next;
    const size_t count = left < LOAD_CARDS ? (size_t)left : LOAD_CARDS;
    struct submission *submission;

    if (count == 0 || filler->under_way == LOADS)
        return false;
    submission = submission_new(filler->fill->vault, count);
    if (submission == NULL) {
        clock_sleep_ms(PAUSE_MS);
        return false;
    }
    submission->reply_to = filler->mailbox;
    submission->owner = (void *)(uintptr_t)(filler->next + 1);
    submission->is_batch = count > 1;
    filler->err = propose_cards(filler, submission);
    if (filler->err != OK) {
        submission_free(filler->fill->vault, submission);
        return false;
    }
    filler->next += count;
    filler->under_way++;
    return true;
}

static void keep_token(struct fill *fill, uint64_t index, const struct proposal *item)
{
    must(item->token.size == TOKEN_SIZE);
    if (index % fill->sample_step == 0)
        memcpy(fill->sample->texts[index / fill->sample_step], item->token.text, TOKEN_SIZE);
}

/* Sent back whole, for a draw that was taken or for want of room: everything is drawn again. */
static bool is_sent_back(const struct submission *submission)
{
    for (size_t i = 0; i < submission->count; i++)
        if (submission->items[i].decision == DECIDED_TAKEN)
            return true;
    return submission->err == ERR_OVERLOADED;
}

static enum err check_items(struct filler *filler, const struct submission *submission)
{
    TRY(submission->err);
    for (size_t i = 0; i < submission->count; i++) {
        TRY(submission->items[i].err);
        keep_token(filler->fill, first_card(submission) + i, &submission->items[i]);
    }
    atomic_fetch_add(&filler->fill->done, submission->count);
    return OK;
}

static void end_load(struct filler *filler, struct submission *submission)
{
    enum err err;

    if (filler->err == OK && is_sent_back(submission)) {
        submission->err = OK;
        filler->err = propose_cards(filler, submission);
        if (filler->err == OK)
            return;
    } else {
        err = check_items(filler, submission);
        filler->err = filler->err == OK ? err : filler->err;
    }
    submission_free(filler->fill->vault, submission);
    filler->under_way--;
}

static void take_loads(struct filler *filler)
{
    struct list nodes;

    list_init(&nodes);
    mailbox_wait(filler->mailbox, WAIT_MS);
    mailbox_take(filler->mailbox, &nodes);
    for (struct list *node = list_take_first(&nodes); node != NULL; node = list_take_first(&nodes))
        end_load(filler, list_item(node, struct submission, node));
}

static bool filler_goes_on(const struct filler *filler)
{
    return filler->under_way > 0 || (filler->err == OK && filler->next < filler->end);
}

static void *run(void *owner)
{
    struct filler *filler = owner;

    while (filler_goes_on(filler)) {
        while (filler->err == OK && !atomic_load(&filler->fill->failed) && begin_load(filler))
            continue;
        if (atomic_load(&filler->fill->failed))
            filler->next = filler->end;
        if (filler->under_way > 0)
            take_loads(filler);
        if (filler->err != OK)
            atomic_store(&filler->fill->failed, true);
    }
    atomic_fetch_add(&filler->fill->finished, 1);
    return NULL;
}

static void filler_done(struct filler *filler)
{
    if (filler->started)
        must(pthread_join(filler->thread, NULL) == 0);
    service_worker_done(&filler->worker);
    if (filler->mailbox != NULL)
        mailbox_free(filler->mailbox);
}

static enum err filler_start(struct filler *filler, struct fill *fill, unsigned index)
{
    const uint64_t each = (fill->count + fill->threads - 1) / fill->threads;

    filler->fill = fill;
    filler->next = each * index < fill->count ? each * index : fill->count;
    filler->end = filler->next + each < fill->count ? filler->next + each : fill->count;
    TRY(mailbox_new(0, &filler->mailbox));
    TRY(service_worker_init(fill->vault, fill->keyring, &filler->worker));
    filler->caller = (struct caller){
        .worker = &filler->worker, .principal = fill->principal, .address = "", .request_id = ""
    };
    if (pthread_create(&filler->thread, NULL, run, filler) != 0)
        return ERR_MEMORY;
    filler->started = true;
    return OK;
}

static void show(const struct fill *fill, int64_t began_ms)
{
    const uint64_t done = atomic_load(&fill->done);
    const double seconds = (double)(clock_mono_ms() - began_ms + 1) / 1000;

    if (isatty(STDERR_FILENO) == 1)
        (void)fprintf(stderr, "\r%llu of %llu cards, %.0f a second\033[K", (unsigned long long)done,
                      (unsigned long long)fill->count, (double)done / seconds);
}

/* A filler that failed ends the others, too. */
static void watch(const struct fill *fill, unsigned started)
{
    const int64_t began_ms = clock_mono_ms();
    int64_t shown_ms = 0;

    while (atomic_load(&fill->finished) < started) {
        if (clock_mono_ms() - shown_ms >= SHOW_MS) {
            show(fill, began_ms);
            shown_ms = clock_mono_ms();
        }
        clock_sleep_ms(PAUSE_MS);
    }
    if (isatty(STDERR_FILENO) == 1)
        (void)fprintf(stderr, "\r\033[K");
}

enum err fill_run(struct fill *fill, struct why *why)
{
    struct filler fillers[FILL_THREADS_MAX] = { 0 };
    unsigned started = 0;
    enum err err = OK;

    must(fill->threads >= 1 && fill->threads <= FILL_THREADS_MAX);
    for (unsigned i = 0; i < fill->threads && err == OK; i++) {
        err = filler_start(&fillers[i], fill, i);
        started += fillers[i].started;
        if (err != OK)
            atomic_store(&fill->failed, true);
    }
    watch(fill, started);
    for (unsigned i = 0; i < fill->threads; i++) {
        filler_done(&fillers[i]);
        err = err == OK ? fillers[i].err : err;
    }
    return err == OK ? OK : why_say(why, err, "the vault takes no more cards: %s", err_text(err));
}
