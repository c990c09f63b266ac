#include <errno.h>

#include "vault/books.h"

static const struct wish visa = { .pan = "4111111111111111" };

/* What LMDB's and the log's writes do: pass, or find the disk full. */
static atomic_bool *disk_is_full(void)
{
    static atomic_bool full;

    return &full;
}

ssize_t __real_pwrite(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset);

/* The journal is written where it lies already: only what grows finds the disk full. */
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset)
{
    struct stat status;

    if (atomic_load(disk_is_full()) && fstat(fd, &status) == 0 && offset >= status.st_size) {
        errno = ENOSPC;
        return -1;
    }
    return __real_pwrite(fd, data, size, offset);
}

static void what_is_applied_left_overlay_and_journal(void **state)
{
    struct scene s;
    struct vault_stats stats;
    (void)state;

    scene_init(&s);
    (void)hand_store(&s.hand, &visa);
    world_settle(&s.world);
    clock_sleep_ms(20);
    vault_stats(s.world.vault, &stats);
    assert_int_equal(0, stats.overlay_changes);
    assert_int_equal(0, stats.journal_used_bytes);
    assert_int_equal(stats.next, stats.applied);
    assert_int_equal(0, s.world.vault->room.entries);
    assert_int_equal(0, s.world.vault->room.bytes);
    scene_done(&s);
}

static void without_hurry_entries_wait_for_company(void **state)
{
    struct scene s;
    struct vault_stats stats;
    (void)state;

    scene_init(&s);
    world_settle(&s.world);
    (void)hand_store(&s.hand, &visa);
    (void)hand_store(&s.hand, &(struct wish){ .pan = "5555555555554444" });
    vault_stats(s.world.vault, &stats);
    assert_true(stats.applied < stats.durable);
    while (stats.applied < stats.durable) {
        clock_sleep_ms(20);
        vault_stats(s.world.vault, &stats);
    }
    scene_done(&s);
}

static void the_journal_laps_many_times(void **state)
{
    enum { LAPS = 3, ENTRIES = LAPS * 256 };
    struct scene s;
    struct books books;
    char pan[17];
    (void)state;

    world_init_sized(&s.world, 1024 * 1024, WORLD_MAP_SIZE);
    hand_init(&s.hand, &s.world);
    books_init(&books);
    for (unsigned i = 0; i < ENTRIES; i++) {
        wish_pan(i, pan);
        assert_err(OK, hand_store(&s.hand, &(struct wish){ .pan = pan }).err);
    }
    world_settle(&s.world);
    books_follow(&books, &s.world);
    books_check(&books, &s.world);
    assert_int_equal(ENTRIES, books.live);
    books_done(&books);
    scene_done(&s);
}

static void a_full_disk_is_waited_out(void **state)
{
    struct scene s;
    struct vault_stats stats;
    struct told stored;
    char pan[17];
    (void)state;

    scene_init(&s);
    world_settle(&s.world);
    atomic_store(disk_is_full(), true);
    for (unsigned i = 0; i < 20; i++) {
        wish_pan(i, pan);
        stored = hand_store(&s.hand, &(struct wish){ .pan = pan });
        assert_err(OK, stored.err);
    }
    (void)vault_hurry(s.world.vault);
    do {
        clock_sleep_ms(5);
        vault_stats(s.world.vault, &stats);
    } while (!stats.applier_failed);
    assert_true(stats.reason[0] != '\0');
    assert_false(stats.failed);
    assert_err(OK, hand_find(&s.hand, &stored.token));
    atomic_store(disk_is_full(), false);
    world_settle(&s.world);
    vault_stats(s.world.vault, &stats);
    assert_false(stats.applier_failed);
    assert_int_equal('\0', stats.reason[0]);
    assert_err(OK, hand_find(&s.hand, &stored.token));
    scene_done(&s);
}

static void closing_on_a_full_disk_keeps_everything_for_the_next_start(void **state)
{
    struct scene s;
    struct told stored;
    (void)state;

    scene_init(&s);
    world_settle(&s.world);
    atomic_store(disk_is_full(), true);
    stored = hand_store(&s.hand, &visa);
    hand_done(&s.hand);
    world_close(&s.world);
    atomic_store(disk_is_full(), false);
    world_open(&s.world);
    hand_init(&s.hand, &s.world);
    assert_err(OK, hand_find(&s.hand, &stored.token));
    scene_done(&s);
}

/* Below 64 MiB of free map what adds is refused, and what takes away is not. */
static void a_full_map_refuses_cards_but_lets_them_go(void **state)
{
    struct scene s;
    struct told stored, told;
    (void)state;

    world_init_sized(&s.world, WORLD_JOURNAL_SIZE, 80 * 1024 * 1024);
    hand_init(&s.hand, &s.world);
    stored = hand_store(&s.hand, &visa);
    assert_err(OK, stored.err);
    hand_done(&s.hand);
    world_close(&s.world);
    s.world.options.size_max = 64 * 1024 * 1024;
    world_open(&s.world);
    hand_init(&s.hand, &s.world);
    told = hand_store(&s.hand, &(struct wish){ .pan = "5555555555554444" });
    assert_err(ERR_VAULT_FULL, told.err);
    assert_int_equal(DECIDED_KNOWN, hand_store(&s.hand, &visa).decision);
    assert_err(OK, hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, NULL).err);
    assert_err(OK, hand_ask(&s.hand, PROPOSE_ERASE, &stored.token, NULL).err);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_applied_left_overlay_and_journal),
        cmocka_unit_test(without_hurry_entries_wait_for_company),
        cmocka_unit_test(the_journal_laps_many_times),
        cmocka_unit_test(a_full_disk_is_waited_out),
        cmocka_unit_test(closing_on_a_full_disk_keeps_everything_for_the_next_start),
        cmocka_unit_test(a_full_map_refuses_cards_but_lets_them_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
