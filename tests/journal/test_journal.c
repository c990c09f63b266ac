#include "journal/rig.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SIZE = JOURNAL_SIZE_MIN };

static void a_new_journal_is_empty_and_has_its_room(void **state)
{
    struct rig rig AUTO(rig_done) = { 0 };
    struct journal_stats stats;
    (void)state;

    rig_open_new(&rig, SIZE);
    assert_int_equal(0, journal_end(rig.journal).next);
    assert_int_equal(15 - (3 - 1), journal_room(rig.journal));
    assert_int_equal(3 * JOURNAL_BLOCK - BATCH_HEADER_SIZE - 4, journal_batch_room(rig.journal));
    journal_stats(rig.journal, &stats);
    assert_int_equal(SIZE - JOURNAL_BLOCK, stats.size_bytes);
    assert_int_equal(0, stats.used_bytes);
    assert_false(stats.failed);
}

static void what_was_written_comes_back_from_any_position(void **state)
{
    struct rig rig AUTO(rig_done) = { 0 };
    (void)state;

    rig_open_new(&rig, SIZE);
    for (unsigned i = 0; i < 6; i++)
        assert_err(OK, rig_write(&rig, 1 + i % 3));
    for (int i = 0; i <= rig.count; i++) {
        assert_err(OK, rig_recover(&rig, rig.ends[i]));
        assert_int_equal(12, journal_end(rig.journal).next);
    }
}

static void many_laps_lose_nothing(void **state)
{
    struct rig rig AUTO(rig_done) = { 0 };
    unsigned released = 0;
    (void)state;

    rig_open_new(&rig, SIZE);
    for (unsigned i = 0; i < 1500; i++) {
        while (journal_room(rig.journal) < 3)
            journal_release(rig.journal, rig.ends[++released].next);
        assert_err(OK, rig_write(&rig, 1 + i * 7 % 3));
        if (i % 50 == 0)
            assert_err(OK, rig_recover(&rig, rig.ends[released]));
        if (i % 10 == 0)
            assert_err(OK, journal_note_count(rig.journal, rig_end(&rig).next));
    }
}

static void a_full_ring_refuses_and_a_release_helps(void **state)
{
    struct rig rig AUTO(rig_done) = { 0 };
    uint64_t number;
    (void)state;

    rig_open_new(&rig, SIZE);
    while (journal_room(rig.journal) >= 3)
        assert_err(OK, rig_write(&rig, 3));
    while ((number = journal_end(rig.journal).next,
            journal_batch_add(rig.journal, number, rig_payload(number))) == OK)
        assert_err(OK, journal_batch_write(rig.journal, &rig.ends[++rig.count]));
    assert_err(ERR_OVERLOADED, journal_batch_add(rig.journal, number, rig_payload(number)));
    journal_release(rig.journal, number);
    assert_int_equal(15 - (3 - 1), journal_room(rig.journal));
    assert_err(OK, rig_write(&rig, 1));
    assert_err(OK, rig_recover(&rig, rig.ends[rig.count - 1]));
}

static void a_full_batch_is_written_before_more_is_added(void **state)
{
    struct rig rig AUTO(rig_done) = { 0 };
    static const uint8_t payload[3 * JOURNAL_BLOCK];
    struct journal_position end;
    size_t room;
    (void)state;

    rig_open_new(&rig, SIZE);
    room = journal_batch_room(rig.journal);
    assert_err(ERR_LIMIT, journal_batch_add(rig.journal, 0, bytes_of(payload, room + 1)));
    assert_err(OK, journal_batch_add(rig.journal, 0, bytes_of(payload, room)));
    assert_int_equal(0, journal_batch_room(rig.journal));
    assert_err(ERR_LIMIT, journal_batch_add(rig.journal, 1, bytes_of(payload, 0)));
    assert_err(OK, journal_batch_write(rig.journal, &end));
    assert_int_equal(1, end.next);
    assert_int_equal(3, journal_blocks(1, room));
    assert_int_equal(4, journal_blocks(1, room + 1));
    assert_int_equal(1, journal_blocks(0, 0));
}

static void a_batch_of_the_largest_size_comes_back(void **state)
{
    enum { BIG = 4 * JOURNAL_BATCH_MAX + JOURNAL_BLOCK, ENTRIES = 1000 };
    struct rig rig AUTO(rig_done) = { 0 };
    struct journal_stats stats;
    (void)state;

    rig_open_new(&rig, BIG);
    for (int batch = 0; batch < 5; batch++) {
        assert_err(OK, rig_write(&rig, ENTRIES));
        if (batch > 2)
            journal_release(rig.journal, rig.ends[batch - 2].next);
    }
    journal_stats(rig.journal, &stats);
    assert_int_equal(5, stats.batches);
    assert_int_equal(5 * ENTRIES, stats.entries);
    assert_err(OK, rig_recover(&rig, rig.ends[2]));
    assert_int_equal(5 * ENTRIES, journal_end(rig.journal).next);
}

static void an_entry_may_be_empty(void **state)
{
    struct rig rig AUTO(rig_done) = { 0 };
    struct journal_position end;
    (void)state;

    assert_int_equal(0, rig_payload(0).size);
    rig_open_new(&rig, SIZE);
    assert_err(OK, journal_batch_add(rig.journal, 0, bytes_of(NULL, 0)));
    assert_err(OK, journal_batch_write(rig.journal, &end));
    assert_err(OK, rig_recover(&rig, rig.ends[0]));
    assert_int_equal(1, journal_end(rig.journal).next);
}

static void a_batch_that_was_not_written_is_forgotten(void **state)
{
    struct rig rig AUTO(rig_done) = { 0 };
    (void)state;

    rig_open_new(&rig, SIZE);
    assert_err(OK, rig_write(&rig, 2));
    assert_err(OK, journal_batch_add(rig.journal, 2, rig_payload(2)));
    assert_err(OK, rig_recover(&rig, rig.ends[0]));
    assert_int_equal(2, journal_end(rig.journal).next);
}

static void a_second_process_is_kept_out(void **state)
{
    struct rig rig AUTO(rig_done) = { 0 };
    struct journal *second = NULL;
    struct why why = { 0 };
    (void)state;

    rig_open_new(&rig, SIZE);
    assert_err(ERR_IN_USE, journal_open(rig.temp.path, rig_key, &second, &why));
    assert_string_not_equal("", why.text);
    assert_null(second);
    assert_err(ERR_IN_USE, journal_create(rig.temp.path, SIZE, rig_key, NULL));
    journal_close(&rig.journal);
    assert_err(ERR_EXISTS, journal_create(rig.temp.path, SIZE, rig_key, NULL));
    assert_err(OK, journal_open(rig.temp.path, rig_key, &second, NULL));
    journal_close(&second);
}

static enum err refuse(void *owner, const struct journal_entry *entry)
{
    (void)owner;
    return entry->number == 1 ? ERR_MEMORY : OK;
}

static void what_the_reader_returns_is_handed_on(void **state)
{
    struct rig rig AUTO(rig_done) = { 0 };
    struct journal_replay replay = { .on_entry = refuse };
    (void)state;

    rig_open_new(&rig, SIZE);
    assert_err(OK, rig_write(&rig, 3));
    journal_close(&rig.journal);
    assert_err(OK, journal_open(rig.temp.path, rig_key, &rig.journal, NULL));
    replay.applied = rig.ends[0];
    assert_err(ERR_MEMORY, journal_recover(rig.journal, &replay, NULL));
}

static void sync_times_are_counted(void **state)
{
    struct rig rig AUTO(rig_done) = { 0 };
    struct journal_stats stats;
    uint64_t sum = 0;
    (void)state;

    rig_open_new(&rig, SIZE);
    for (int i = 0; i < 4; i++)
        assert_err(OK, rig_write(&rig, 2));
    journal_stats(rig.journal, &stats);
    for (int i = 0; i < JOURNAL_BUCKETS; i++)
        sum += stats.sync_buckets[i];
    assert_int_equal(4, sum);
    assert_int_equal(4, stats.sync_count);
    assert_int_equal(8, stats.entries);
    assert_true(stats.sync_ns_sum > 0);
    assert_true(stats.used_bytes >= 4 * JOURNAL_BLOCK);
}

static void write_out_of_turn(void *journal)
{
    err_ignore(journal_batch_add(journal, 7, bytes_lit("x")));
}

static void write_nothing(void *journal)
{
    struct journal_position end;

    err_ignore(journal_batch_write(journal, &end));
}

static void a_gap_in_the_numbers_or_an_empty_batch_breaks_a_promise(void **state)
{
    struct rig rig AUTO(rig_done) = { 0 };
    (void)state;

    rig_open_new(&rig, SIZE);
    assert_true(aborts(write_out_of_turn, rig.journal));
    assert_true(aborts(write_nothing, rig.journal));
}

struct applier {
    struct journal *journal;
    atomic_ullong written;
    atomic_bool stop;
};

/* The thread beside the committer's: releases, notes the count, looks at the figures. */
static void *apply(void *argument)
{
    struct applier *applier = argument;
    struct journal_stats stats;

    while (!atomic_load(&applier->stop)) {
        uint64_t next = atomic_load(&applier->written);

        journal_release(applier->journal, next);
        journal_stats(applier->journal, &stats);
        if (journal_note_count(applier->journal, next) != OK)
            break;
    }
    return NULL;
}

static void an_applier_may_release_while_the_committer_writes(void **state)
{
    struct rig rig AUTO(rig_done) = { 0 };
    struct applier applier;
    pthread_t thread;
    (void)state;

    rig_open_new(&rig, SIZE);
    applier = (struct applier){ .journal = rig.journal };
    assert_int_equal(0, pthread_create(&thread, NULL, apply, &applier));
    for (int i = 0; i < 300;) {
        if (journal_room(rig.journal) < 3)
            continue;
        assert_err(OK, rig_write(&rig, 3));
        atomic_store(&applier.written, rig_end(&rig).next);
        i++;
    }
    atomic_store(&applier.stop, true);
    assert_int_equal(0, pthread_join(thread, NULL));
    assert_err(OK, rig_recover(&rig, rig_end(&rig)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_journal_is_empty_and_has_its_room),
        cmocka_unit_test(what_was_written_comes_back_from_any_position),
        cmocka_unit_test(many_laps_lose_nothing),
        cmocka_unit_test(a_full_ring_refuses_and_a_release_helps),
        cmocka_unit_test(a_full_batch_is_written_before_more_is_added),
        cmocka_unit_test(a_batch_of_the_largest_size_comes_back),
        cmocka_unit_test(an_entry_may_be_empty),
        cmocka_unit_test(a_batch_that_was_not_written_is_forgotten),
        cmocka_unit_test(a_second_process_is_kept_out),
        cmocka_unit_test(what_the_reader_returns_is_handed_on),
        cmocka_unit_test(sync_times_are_counted),
        cmocka_unit_test(a_gap_in_the_numbers_or_an_empty_batch_breaks_a_promise),
        cmocka_unit_test(an_applier_may_release_while_the_committer_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
