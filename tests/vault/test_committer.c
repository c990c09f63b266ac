#include <errno.h>

#include "base/must.h"
#include "vault/books.h"

static const struct wish visa = { .pan = "4111111111111111" };

/* The n-th sync from now fails, once; 0: none. */
static _Atomic int *sync_fails_at(void)
{
    static _Atomic int countdown;

    return &countdown;
}

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

int __wrap_fdatasync(int fd)
{
    if (atomic_load(sync_fails_at()) > 0 && atomic_fetch_sub(sync_fails_at(), 1) == 1) {
        errno = EIO;
        return -1;
    }
    return __real_fdatasync(fd);
}

/* One of several threads that do the same at once. */
struct runner {
    struct world *world;
    struct token token;
    int rounds;
    size_t done; /* outcomes that are OK */
    struct told told;
};

static void run_all(struct runner *runners, size_t count, void *(*run)(void *))
{
    pthread_t threads[16];

    must(count <= 16);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(0, pthread_create(&threads[i], NULL, run, &runners[i]));
    for (size_t i = 0; i < count; i++)
        assert_int_equal(0, pthread_join(threads[i], NULL));
}

static void *store_same_card(void *argument)
{
    struct runner *runner = argument;
    struct hand hand;

    hand_init(&hand, runner->world);
    runner->told = hand_store(&hand, &visa);
    runner->done = runner->told.decision == DECIDED_NEW;
    hand_done(&hand);
    return NULL;
}

static void workers_that_race_for_a_card_get_one_token(void **state)
{
    enum { RUNNERS = 8 };
    struct world world;
    (void)state;

    world_init(&world);
    for (int round = 0; round < 10; round++) {
        struct runner runners[RUNNERS] = { 0 };
        struct hand hand;
        size_t fresh = 0;
        for (size_t i = 0; i < RUNNERS; i++)
            runners[i].world = &world;
        run_all(runners, RUNNERS, store_same_card);
        for (size_t i = 0; i < RUNNERS; i++) {
            fresh += runners[i].done;
            assert_true(token_equal(&runners[0].told.token, &runners[i].told.token));
        }
        assert_int_equal(1, fresh);
        hand_init(&hand, &world);
        assert_err(OK, hand_ask(&hand, PROPOSE_ERASE, &runners[0].told.token, NULL).err);
        hand_done(&hand);
    }
    world_done(&world);
}

static void *reveal_once(void *argument)
{
    struct runner *runner = argument;
    struct hand hand;

    hand_init(&hand, runner->world);
    for (int i = 0; i < runner->rounds; i++)
        runner->done += hand_ask(&hand, PROPOSE_REVEAL, &runner->token, NULL).err == OK;
    hand_done(&hand);
    return NULL;
}

static void a_single_use_token_is_revealed_to_one_of_many(void **state)
{
    enum { RUNNERS = 6 };
    struct scene s;
    struct wish once = visa;
    (void)state;

    scene_init(&s);
    once.single = true;
    for (int round = 0; round < 5; round++) {
        struct runner runners[RUNNERS] = { 0 };
        struct told stored = hand_store(&s.hand, &once);
        size_t revealed = 0;
        for (size_t i = 0; i < RUNNERS; i++)
            runners[i] = (struct runner){ &s.world, stored.token, 3, 0, { 0 } };
        run_all(runners, RUNNERS, reveal_once);
        for (size_t i = 0; i < RUNNERS; i++)
            revealed += runners[i].done;
        assert_int_equal(1, revealed);
    }
    scene_done(&s);
}

static void *erase_soon(void *argument)
{
    struct runner *runner = argument;
    struct hand hand;

    hand_init(&hand, runner->world);
    clock_sleep_ms(5);
    runner->told = hand_ask(&hand, PROPOSE_ERASE, &runner->token, NULL);
    hand_done(&hand);
    return NULL;
}

static void *mix(void *argument)
{
    struct runner *runner = argument;

    return runner->rounds == 0 ? erase_soon(runner) : reveal_once(runner);
}

/* Whatever the order, the log has no reveal behind the erase: books_follow() would fail. */
static void no_reveal_comes_after_an_erase(void **state)
{
    struct scene s;
    struct books books;
    (void)state;

    scene_init(&s);
    books_init(&books);
    for (int round = 0; round < 5; round++) {
        struct told stored = hand_store(&s.hand, &visa);
        struct runner runners[4];
        for (size_t i = 0; i < 4; i++)
            runners[i] = (struct runner){ &s.world, stored.token, i == 0 ? 0 : 40, 0, { 0 } };
        run_all(runners, 4, mix);
        assert_err(OK, runners[0].told.err);
    }
    world_settle(&s.world);
    books_follow(&books, &s.world);
    books_check(&books, &s.world);
    books_done(&books);
    scene_done(&s);
}

static void a_failed_sync_is_final_and_a_restart_goes_on(void **state)
{
    struct scene s;
    struct submission *late;
    struct audit_entry note = { .kind = AUDIT_INSPECT, .outcome = AUDIT_OK };
    struct vault_stats stats;
    struct told before, failed;
    struct wish other = { .pan = "5555555555554444" };
    (void)state;

    scene_init(&s);
    before = hand_store(&s.hand, &visa);
    world_settle(&s.world);
    clock_sleep_ms(1100); /* let the keeper's count be written, which is a sync, too */
    atomic_store(sync_fails_at(), 1);
    failed = hand_store(&s.hand, &other);
    assert_err(ERR_JOURNAL, failed.err);
    late = hand_begin(&s.hand, 1);
    fill_store(&s.hand, &visa, &late->items[0]);
    assert_err(ERR_JOURNAL, vault_submit(s.world.vault, late));
    submission_free(s.world.vault, late);
    assert_err(ERR_JOURNAL, vault_note(s.world.vault, &note));
    vault_stats(s.world.vault, &stats);
    assert_true(stats.failed);
    assert_true(stats.reason[0] != '\0');
    assert_err(OK, hand_find(&s.hand, &before.token));
    assert_err(ERR_NO_TOKEN, hand_find(&s.hand, &failed.token));
    scene_restart(&s);
    vault_stats(s.world.vault, &stats);
    assert_false(stats.failed);
    assert_int_equal(DECIDED_KNOWN, hand_store(&s.hand, &visa).decision);
    assert_err(OK, hand_store(&s.hand, &other).err);
    scene_done(&s);
}

static void a_note_is_entered_soon_and_never_lost_on_a_clean_close(void **state)
{
    struct scene s;
    struct audit_entry note = { .kind = AUDIT_INSPECT, .outcome = AUDIT_OK, .status = 200 };
    struct vault_stats before, after;
    (void)state;

    scene_init(&s);
    vault_stats(s.world.vault, &before);
    assert_err(OK, vault_note(s.world.vault, &note));
    do {
        clock_sleep_ms(5);
        vault_stats(s.world.vault, &after);
    } while (after.durable == before.durable);
    for (int i = 0; i < 100; i++)
        assert_err(OK, vault_note(s.world.vault, &note));
    scene_restart(&s);
    vault_stats(s.world.vault, &after);
    assert_int_equal(before.next + 101, after.next);
    scene_done(&s);
}

static void a_batch_of_the_largest_size_passes(void **state)
{
    struct scene s;
    struct submission *batch;
    char pan[SUBMISSION_ITEMS_MAX][17];
    (void)state;

    world_init_sized(&s.world, 64 * 1024 * 1024, WORLD_MAP_SIZE);
    hand_init(&s.hand, &s.world);
    batch = hand_begin(&s.hand, SUBMISSION_ITEMS_MAX);
    batch->is_batch = true;
    batch->idempotency = key_of("key", "body");
    for (unsigned i = 0; i < SUBMISSION_ITEMS_MAX; i++) {
        struct wish wish = { .pan = pan[i], .single = true };
        wish_pan(i, pan[i]);
        fill_store(&s.hand, &wish, &batch->items[i]);
    }
    hand_submit(&s.hand, batch);
    assert_err(OK, batch->err);
    for (size_t i = 1; i < SUBMISSION_ITEMS_MAX; i++) {
        assert_int_equal(DECIDED_NEW, batch->items[i].decision);
        assert_int_equal(batch->items[0].number + i, batch->items[i].number);
    }
    hand_submit(&s.hand, batch);
    assert_true(batch->replayed);
    submission_free(s.world.vault, batch);
    scene_done(&s);
}

static uint64_t unsynced(const struct scene *scene)
{
    struct vault_stats stats;

    vault_stats(scene->world.vault, &stats);
    return stats.next - stats.durable;
}

static void reopen_bound(struct scene *scene, int64_t sync_bound_ms)
{
    scene->world.options.sync_bound_ms = sync_bound_ms;
    scene_restart(scene);
}

static void under_a_bound_on_the_sync_only_looks_are_ahead_of_it(void **state)
{
    struct scene s;
    struct wish once = { .pan = "5555555555554444", .single = true };
    struct told multi, single;
    struct submission *group;
    (void)state;

    scene_init(&s);
    multi = hand_store(&s.hand, &visa);
    single = hand_store(&s.hand, &once);
    assert_err(OK, hand_ask(&s.hand, PROPOSE_REVEAL, &multi.token, NULL).err);
    assert_int_equal(0, unsynced(&s));
    reopen_bound(&s, 60 * 1000);
    assert_err(OK, hand_ask(&s.hand, PROPOSE_REVEAL, &multi.token, NULL).err);
    assert_err(OK, hand_ask(&s.hand, PROPOSE_REVEAL, &multi.token, NULL).err);
    assert_int_equal(2, unsynced(&s));
    assert_err(OK, hand_ask(&s.hand, PROPOSE_REVEAL, &single.token, NULL).err); /* used up */
    assert_int_equal(0, unsynced(&s));
    assert_err(OK, hand_ask(&s.hand, PROPOSE_FORWARD, &multi.token, NULL).err);
    assert_int_equal(0, unsynced(&s));
    assert_int_equal(DECIDED_KNOWN, hand_store(&s.hand, &visa).decision);
    assert_int_equal(0, unsynced(&s)); /* it changes nothing, but was no look */
    assert_err(OK, hand_ask(&s.hand, PROPOSE_REVEAL, &multi.token, NULL).err);
    group = hand_begin(&s.hand, 2);
    for (size_t i = 0; i < group->count; i++)
        fill_ask(PROPOSE_REVEAL, &multi.token, &group->items[i]);
    hand_submit(&s.hand, group);
    assert_err(OK, group->items[1].err);
    assert_int_equal(2, unsynced(&s)); /* what was open before is written first */
    submission_free(s.world.vault, group);
    scene_done(&s);
}

static void answers_ahead_of_their_sync_leave_room_for_others(void **state)
{
    enum { LOOKS = 400 /* each claims a block, and the journal has 256 */ };
    struct scene s;
    struct vault_stats before, after;
    struct told card;
    int64_t since_ms;
    (void)state;

    world_init_sized(&s.world, 1024 * 1024, WORLD_MAP_SIZE);
    hand_init(&s.hand, &s.world);
    card = hand_store(&s.hand, &visa);
    reopen_bound(&s, 60 * 1000);
    vault_stats(s.world.vault, &before);
    since_ms = clock_mono_ms();
    for (unsigned i = 0; i < LOOKS; i++)
        assert_err(OK, hand_ask(&s.hand, PROPOSE_REVEAL, &card.token, NULL).err);
    vault_stats(s.world.vault, &after);
    assert_true(after.batches - before.batches < LOOKS / 8);
    assert_true(clock_mono_ms() - since_ms < 40 * 1000); /* none waited until the bound was over */
    scene_done(&s);
}

static void a_bound_on_the_sync_is_kept_when_nothing_else_comes(void **state)
{
    struct scene s;
    struct vault_stats before, after;
    struct told card;
    (void)state;

    scene_init(&s);
    card = hand_store(&s.hand, &visa);
    reopen_bound(&s, 20);
    assert_err(OK, hand_ask(&s.hand, PROPOSE_REVEAL, &card.token, NULL).err);
    while (unsynced(&s) > 0)
        clock_sleep_ms(1);
    reopen_bound(&s, 60 * 1000);
    vault_stats(s.world.vault, &before);
    assert_err(OK, hand_ask(&s.hand, PROPOSE_REVEAL, &card.token, NULL).err);
    scene_restart(&s);
    vault_stats(s.world.vault, &after);
    assert_int_equal(before.next + 1, after.next);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_that_race_for_a_card_get_one_token),
        cmocka_unit_test(a_single_use_token_is_revealed_to_one_of_many),
        cmocka_unit_test(no_reveal_comes_after_an_erase),
        cmocka_unit_test(a_failed_sync_is_final_and_a_restart_goes_on),
        cmocka_unit_test(a_note_is_entered_soon_and_never_lost_on_a_clean_close),
        cmocka_unit_test(under_a_bound_on_the_sync_only_looks_are_ahead_of_it),
        cmocka_unit_test(answers_ahead_of_their_sync_leave_room_for_others),
        cmocka_unit_test(a_bound_on_the_sync_is_kept_when_nothing_else_comes),
        cmocka_unit_test(a_batch_of_the_largest_size_passes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
