#include <sys/prctl.h>

#include "base/clock.h"
#include "base/must.h"
#include "vault/decide.h"
#include "vault/parts.h"
#include "vault/sweep.h"

enum {
    TURN_MS = 200,          /* so often it looks around when nothing else happens */
    CROWD = 4,              /* so many that wait for one batch are likely to ask again soon */
    GATHER_NS_MAX = 200000, /* of a disk whose syncs are slow, each gathers enough by itself */
};

/* One turn: what was taken from the inbox, and what will be said of it. */
struct turn {
    struct list waiting;   /* singles and notes, in order; what does not fit stays for the next */
    struct list group;     /* one, or none */
    struct list done;      /* decided: the outcomes wait for the batch */
    struct room_claim own; /* for entries of the vault's own, and of answers ahead of their sync */
    int64_t open_since_ms; /* since when the open batch owes a sync; 0: there is none */
    size_t asked;          /* how many heard of this turn */
    int64_t write_ns;      /* how long its batch took to the disk */
    struct batch *batch;   /* published; the applier gets it once everybody has an answer */
};

/* As it lies in the journal, with the length of each payload. */
static size_t batch_size(const struct batch *batch)
{
    return batch->payload_bytes + batch->count * sizeof(uint32_t);
}

static bool fits(struct vault *vault, const struct room_claim *claim)
{
    const struct batch *batch = vault->ledger.batch;
    size_t more = claim->bytes + claim->entries * sizeof(uint32_t);

    return batch_size(batch) + more <= journal_batch_room(vault->journal);
}

static void count_draw(struct vault *vault, const struct proposal *item)
{
    struct record_header header;
    bool drawn = item->decision == DECIDED_NEW || item->decision == DECIDED_TAKEN;

    if (item->kind != PROPOSE_STORE || !drawn ||
        record_read_header(record_bytes(&item->record), &header) != OK)
        return;
    draws_add(&vault->draws[header.format], item->decision == DECIDED_NEW);
}

static void decide_one(struct vault *vault, struct turn *turn, struct list *node)
{
    struct submission *submission = list_item(node, struct submission, node);

    list_remove(node);
    decide(&vault->ledger, submission);
    for (size_t i = 0; i < submission->count && !submission->replayed; i++)
        count_draw(vault, &submission->items[i]);
    list_add_last(&turn->done, node);
}

/* What it may put into the batch. An outcome's room was claimed by its intent. */
static struct room_claim claim_in_batch(const struct submission *submission)
{
    const struct forward_outcome *forward = &submission->forward;

    if (submission->items[0].kind == PROPOSE_FORWARD_OUTCOME)
        return room_claim_of_outcome(forward->token_count, forward->has_key);
    return submission->claim;
}

/* The group first, as it may need most of a batch; then singles as long as they surely fit. */
static void decide_waiting(struct vault *vault, struct turn *turn)
{
    while (!list_is_empty(&turn->group))
        decide_one(vault, turn, turn->group.next);
    while (!list_is_empty(&turn->waiting)) {
        struct submission *next = list_item(turn->waiting.next, struct submission, node);
        struct room_claim claim = claim_in_batch(next);
        if (!fits(vault, &claim) && vault->ledger.batch->count > 0)
            return;
        decide_one(vault, turn, &next->node);
    }
}

static void claim_add(struct room_claim *claim, const struct room_claim *more)
{
    claim->entries += more->entries;
    claim->bytes += more->bytes;
    claim->blocks += more->blocks;
}

/* Entries of the vault's own find room as everybody else's do, or wait for another turn. */
static bool own_room(struct vault *vault, struct turn *turn, size_t entries, size_t bytes)
{
    struct room_claim claim = { entries, bytes, journal_blocks(entries, bytes) };

    if (!fits(vault, &claim) || room_take(&vault->room, &claim) != OK)
        return false;
    claim_add(&turn->own, &claim);
    return true;
}

/* A step of the clock is an entry, and holds every sweeper back for a while. */
static void enter_jump(struct vault *vault)
{
    struct audit_entry entry = { .kind = AUDIT_CLOCK_JUMP, .outcome = AUDIT_OK };
    struct ledger *ledger = &vault->ledger;
    struct row_key key = row_key_meta("sweep_after");
    int64_t sweep_after_ms = ledger->now_ms + ledger->expired_keep_ms;
    uint8_t storage[16];
    uint64_t number;
    struct buf value;

    buf_init_fixed(&value, storage, sizeof(storage));
    row_write_number((uint64_t)sweep_after_ms, &value);
    ledger_put(ledger, STORE_META, &key, buf_bytes(&value));
    if (ledger_enter(ledger, &entry, &number) != OK)
        return;
    ledger->sweep_after_ms = sweep_after_ms;
    vault->jumped = false;
    atomic_fetch_add(&vault->clock_jumps, 1);
}

static void look_at_clock(struct vault *vault, struct turn *turn)
{
    struct timeline_look look = timeline_look(&vault->timeline);

    vault->ledger.now_ms = look.now_ms;
    vault->jumped |= look.jumped;
    if (vault->jumped && own_room(vault, turn, 1, SWEEP_ENTRY_BYTES))
        enter_jump(vault);
}

/* The outcomes that a process before this one left owing: before anybody asks for them again, if
 * there is room. */
static void close_forwards(struct vault *vault, struct turn *turn)
{
    struct room_claim one = room_claim_of_outcome(0, false);

    while (vault->open_count > 0 && own_room(vault, turn, 1, one.bytes)) {
        uint64_t intent = vault->open[vault->open_count - 1];
        if (decide_forward_unknown(&vault->ledger, intent) != OK) {
            ledger_drop(&vault->ledger);
            return; /* it stays owing, and its idempotency key stays in flight */
        }
        vault->open_count--;
    }
}

/* A bounded number a turn, so that nobody waits for it. */
static void sweep(struct vault *vault, struct turn *turn)
{
    struct ledger *ledger = &vault->ledger;
    int64_t since_ms = ledger->now_ms - vault->swept_ms;
    struct sweep_due due;

    if (since_ms >= 0 && since_ms < TURN_MS)
        return;
    vault->swept_ms = ledger->now_ms;
    if (sweep_find_cards(ledger, &due) != OK || due.count == 0 ||
        !own_room(vault, turn, due.count, due.count * SWEEP_ENTRY_BYTES))
        return;
    if (sweep_cards(ledger, &due, vault->options.keyring) != OK)
        ledger_drop(ledger);
}

/* Write the batch and sync it. ERR_JOURNAL is final. */
static enum err batch_write(struct vault *vault, struct batch *batch)
{
    uint64_t number = batch->first;

    for (const struct batch_entry *entry = batch->entries; entry != NULL; entry = entry->next)
        TRY(journal_batch_add(vault->journal, number++, entry->payload));
    return journal_batch_write(vault->journal, &batch->end);
}

/* On disk: now everybody may see it, and only then hear of it. */
static void batch_publish(struct vault *vault, struct batch *batch)
{
    atomic_fetch_add(&vault->batches, 1);
    atomic_fetch_add(&vault->batch_entries, batch->count);
    atomic_store(&vault->last_ms, batch->time_ms);
    atomic_store(&vault->durable, batch->end.next);
    room_add(&vault->room, batch->count, batch->payload_bytes);
    overlay_publish(vault->overlay, batch);
}

static void journal_is_gone(struct vault *vault, struct batch *batch)
{
    vault_fail(vault, "the journal cannot be written; restart when its disk is well again");
    batch_free(batch);
}

/* What a submission claimed and does not need any more. A forward that stands owes its outcome. */
static void give_room(struct vault *vault, const struct submission *submission)
{
    struct room_claim claim = submission->claim;
    struct room_claim outcome;
    const struct proposal *first = &submission->items[0];
    bool stands = submission->err == OK && !submission->replayed && first->err == OK;

    if (stands && first->kind == PROPOSE_FORWARD) {
        outcome = room_claim_of_outcome(submission->count, submission->idempotency.used);
        claim.entries -= outcome.entries;
        claim.bytes -= outcome.bytes;
        claim.blocks -= outcome.blocks;
    }
    if (submission->err == OK && first->kind == PROPOSE_FORWARD_OUTCOME)
        claim = room_claim_of_outcome(submission->forward.token_count, submission->forward.has_key);
    room_give(&vault->room, &claim);
}

/* One post, and so one ring of the bell, for each mailbox. Notes are nobody's. */
static void post(struct vault *vault, struct turn *turn)
{
    struct list *done = &turn->done;

    while (!list_is_empty(done)) {
        struct mailbox *box = list_item(done->next, struct submission, node)->reply_to;
        struct list same;

        list_init(&same);
        list_each (node, done) {
            if (list_item(node, struct submission, node)->reply_to == box) {
                list_remove(node);
                list_add_last(&same, node);
                turn->asked += box != NULL;
            }
        }
        if (box != NULL)
            mailbox_post_all(box, &same);
        while (!list_is_empty(&same))
            submission_free(vault, list_item(list_take_first(&same), struct submission, node));
    }
}

static void refuse_all(struct turn *turn, struct list *list, enum err err)
{
    list_each (node, list) {
        list_item(node, struct submission, node)->err = err;
        list_remove(node);
        list_add_last(&turn->done, node);
    }
}

/* Hashing comes after the answers: nobody waits for it. */
static void batch_hand_on(struct vault *vault, struct turn *turn)
{
    if (turn->batch == NULL)
        return;
    log_tree_add(vault->tree, turn->batch);
    applier_put(vault, turn->batch);
    turn->batch = NULL;
}

/* Write what is entered, if anything is. ERR_JOURNAL is final. */
static enum err turn_write(struct vault *vault, struct turn *turn)
{
    struct batch *batch = ledger_take(&vault->ledger);
    int64_t begun_ns = clock_mono_ns();

    turn->open_since_ms = 0;
    if (batch == NULL)
        return OK;
    if (batch_write(vault, batch) != OK) {
        journal_is_gone(vault, batch);
        return ERR_JOURNAL;
    }
    turn->write_ns = clock_mono_ns() - begun_ns;
    batch_publish(vault, batch);
    batch_hand_on(vault, turn);
    turn->batch = batch;
    return OK;
}

/* It changes nothing, and no card leaves before its entry. */
static bool only_looks(const struct submission *submission)
{
    for (size_t i = 0; i < submission->count; i++) {
        enum proposal_kind kind = submission->items[i].kind;
        if (kind != PROPOSE_REVEAL && kind != PROPOSE_LOOKUP && kind != PROPOSE_NOTE)
            return false;
    }
    return true;
}

/* What stays open keeps the room that it claimed: others must not be refused for it. */
static bool is_short_of_room(struct vault *vault, const struct turn *turn)
{
    return turn->own.blocks > journal_room(vault->journal) / 4 ||
           turn->own.entries > OVERLAY_ENTRIES_MAX / 4;
}

/* With a bound on the sync, answers that only looked go at once, and the batch stays open until
 * something else is entered, room becomes short, or the bound is over. */
static bool may_stay_open(struct vault *vault, struct turn *turn)
{
    const struct batch *batch = vault->ledger.batch;
    int64_t now_ms;

    if (vault->options.sync_bound_ms == 0 || batch->count == 0 || batch->item_count > 0 ||
        !list_is_empty(&turn->waiting) || is_short_of_room(vault, turn))
        return false;
    list_each (node, &turn->done)
        if (!only_looks(list_item(node, struct submission, node)))
            return false;
    now_ms = clock_mono_ms();
    if (turn->open_since_ms == 0)
        turn->open_since_ms = now_ms;
    return now_ms < turn->open_since_ms + vault->options.sync_bound_ms;
}

static enum err turn_decide(struct vault *vault, struct turn *turn)
{
    if (atomic_load(&vault->failed))
        return ERR_JOURNAL;
    if (turn->open_since_ms != 0 && !list_is_empty(&turn->group))
        TRY(turn_write(vault, turn)); /* a group may need a batch of its own */
    if (turn->open_since_ms == 0 && ledger_open(&vault->ledger) != OK)
        return ERR_OVERLOADED;
    vault->ledger.full = vault_is_full(vault);
    look_at_clock(vault, turn);
    if (list_is_empty(&turn->group)) /* it may need most of the batch */
        close_forwards(vault, turn);
    decide_waiting(vault, turn);
    close_forwards(vault, turn);
    sweep(vault, turn);
    atomic_store(&vault->next, vault->ledger.next);
    return may_stay_open(vault, turn) ? OK : turn_write(vault, turn);
}

/* What an answer ahead of its sync claimed is still owed to the batch. */
static void settle_room(struct vault *vault, struct turn *turn)
{
    bool is_open = turn->open_since_ms != 0;

    list_each (node, &turn->done) {
        struct submission *submission = list_item(node, struct submission, node);
        if (is_open)
            claim_add(&turn->own, &submission->claim);
        else
            give_room(vault, submission);
    }
    if (is_open)
        return;
    room_give(&vault->room, &turn->own);
    turn->own = (struct room_claim){ 0 };
}

static void turn_run(struct vault *vault, struct turn *turn)
{
    enum err err;

    turn->asked = 0;
    turn->write_ns = 0;
    err = turn_decide(vault, turn);
    if (err != OK) {
        list_each (node, &turn->done)
            list_item(node, struct submission, node)->err = err;
        refuse_all(turn, &turn->group, err);
        refuse_all(turn, &turn->waiting, err);
    }
    settle_room(vault, turn);
    post(vault, turn);
    batch_hand_on(vault, turn);
}

/* In a crowd the next batch waits half as long again as this one took: whoever just heard
 * asks again, and shares its sync. Who is alone never waits. */
static void gather(const struct turn *turn)
{
    int64_t time_ns = turn->write_ns + turn->write_ns / 2;

    if (turn->asked >= CROWD && turn->write_ns > 0 && list_is_empty(&turn->waiting))
        clock_sleep_ns(time_ns < GATHER_NS_MAX ? time_ns : GATHER_NS_MAX);
}

static int sleep_ms(const struct vault *vault, const struct turn *turn)
{
    int64_t left_ms = turn->open_since_ms + vault->options.sync_bound_ms - clock_mono_ms();

    if (!list_is_empty(&turn->waiting))
        return 0;
    if (turn->open_since_ms == 0 || left_ms > TURN_MS)
        return TURN_MS;
    return left_ms > 0 ? (int)left_ms : 0;
}

void *committer_run(void *argument)
{
    struct vault *vault = argument;
    struct turn turn = { 0 };
    bool goes_on = true;

    list_init(&turn.waiting);
    list_init(&turn.group);
    list_init(&turn.done);
    (void)pthread_setname_np(pthread_self(), "committer");
    (void)prctl(PR_SET_TIMERSLACK, 1); /* else the kernel adds 50 us to what it gathers */
    while (goes_on) {
        goes_on = inbox_take(vault->inbox, sleep_ms(vault, &turn), &turn.waiting, &turn.group);
        turn_run(vault, &turn);
        gather(&turn);
    }
    must(list_is_empty(&turn.waiting));
    if (turn.open_since_ms != 0 && turn_write(vault, &turn) == OK)
        batch_hand_on(vault, &turn);
    return NULL;
}
