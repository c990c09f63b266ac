/*
 * Power cuts, kills and failing disks: whatever a disk may show afterwards, recovery gives all
 * that was acknowledged, and at most the one batch that was being written.
 */
#include "journal/disk.h"
#include "journal/rig.h"

enum { SIZE = JOURNAL_SIZE_MIN, STEPS = 60, SEEDS = 6, WAYS = 40 };

struct world {
    struct rig rig;
    struct temp image;
    int released;      /* batches below it are released: LMDB holds them */
    unsigned writing;  /* entries of the batch on its way; 0: none */
    int images, grown; /* how many there were, and how many had the batch on its way, too */
};

static void world_done(struct world *world)
{
    disk_forget();
    rig_done(&world->rig);
    temp_done(&world->image);
}

static void world_begin(struct world *world, unsigned seed)
{
    *world = (struct world){ .image = temp_new() };
    rig_open_new(&world->rig, SIZE);
    disk_watch(&world->rig.temp, seed);
}

/* LMDB may be anywhere between what was released and what was acknowledged. */
static struct journal_position world_applied(const struct world *world)
{
    unsigned choices = (unsigned)(world->rig.count - world->released + 1);

    return world->rig.ends[world->released + (int)disk_draw(choices)];
}

/* Recover the image, and write on in it: the next recovery finds that, too. */
static void check_image(struct world *world, unsigned way)
{
    struct journal *journal AUTO(journal_close) = NULL;
    struct journal_position applied = world_applied(world), end;
    uint64_t acknowledged = rig_end(&world->rig).next;

    disk_image(&world->image, way);
    assert_err(OK, rig_recover_in(&world->image, applied, &journal, &world->rig.why));
    end = journal_end(journal);
    assert_true(end.next == acknowledged || end.next == acknowledged + world->writing);
    world->images++;
    world->grown += end.next > acknowledged;
    if (journal_batch_add(journal, end.next, rig_payload(end.next)) == ERR_OVERLOADED)
        return;
    assert_err(OK, journal_batch_write(journal, &end));
    journal_close(&journal);
    assert_err(OK, rig_recover_in(&world->image, applied, &journal, &world->rig.why));
    assert_memory_equal(&end, (struct journal_position[]){ journal_end(journal) }, sizeof(end));
}

static void check_images(void *owner)
{
    for (unsigned way = 0; way < WAYS; way++)
        check_image(owner, way + WAYS * disk_draw(1000));
}

static void world_release(struct world *world)
{
    if (disk_draw(3) > 0 && journal_room(world->rig.journal) > 3)
        return;
    world->released += (int)disk_draw((unsigned)(world->rig.count - world->released) + 1);
    journal_release(world->rig.journal, world->rig.ends[world->released].next);
}

static void a_power_cut_leaves_all_that_was_acknowledged(void **state)
{
    struct world world AUTO(world_done);
    (void)state;

    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        world_begin(&world, seed);
        disk.on_sync = check_images;
        disk.owner = &world;
        for (int step = 0; step < STEPS; step++) {
            while (journal_room(world.rig.journal) < 3)
                world_release(&world);
            world.writing = 1 + disk_draw(3);
            assert_err(OK, rig_write(&world.rig, world.writing));
            world.writing = 0;
            world_release(&world);
            if (disk_draw(3) == 0)
                assert_err(OK, journal_note_count(world.rig.journal, rig_end(&world.rig).next));
        }
        assert_true(world.grown > world.images / 50 && world.grown < world.images / 2);
        if (seed < SEEDS)
            world_done(&world);
    }
}

/* The page cache shows the batch, the disk never got it, and the kernel calls the pages clean.
 * What recovery believes must be on the disk from then on. */
static void a_batch_that_only_the_page_cache_has_is_written_again(void **state)
{
    struct world world AUTO(world_done);
    (void)state;

    world_begin(&world, 7);
    for (int step = 0; step < 20; step++) {
        struct journal_position before = rig_end(&world.rig), believed;

        disk.sync_lies = true;
        disk.fail_sync = 1;
        assert_err(ERR_JOURNAL, rig_write(&world.rig, 2));
        assert_err(OK, rig_recover(&world.rig, before));
        believed = journal_end(world.rig.journal);
        assert_int_equal(before.next + 2, believed.next);
        world.rig.ends[++world.rig.count] = believed;
        check_image(&world, 0);
        journal_release(world.rig.journal, believed.next);
        world.released = world.rig.count;
    }
}

struct fault {
    int write, sync, error;
    bool is_short;
};

/* Write, and note the count after every other batch, until something fails. */
static enum err write_until_failure(struct world *world)
{
    for (int step = 0; step < 40; step++) {
        struct journal_position end = rig_end(&world->rig);

        world->writing = 1 + disk_draw(3);
        journal_release(world->rig.journal, end.next);
        world->released = world->rig.count;
        TRY(rig_write(&world->rig, world->writing));
        world->writing = 0;
        if (step % 2 == 0)
            TRY(journal_note_count(world->rig.journal, rig_end(&world->rig).next));
    }
    return OK;
}

static void check_final(struct world *world, const struct fault *fault)
{
    struct journal *journal = world->rig.journal;
    uint64_t next = journal_end(journal).next;
    struct journal_stats stats;
    int calls = disk.calls_after_failure;

    journal_stats(journal, &stats);
    assert_true(stats.failed);
    assert_int_equal(disk.error, stats.error_number);
    assert_err(ERR_JOURNAL, journal_note_count(journal, next));
    if (world->writing == 0)
        assert_err(ERR_JOURNAL, journal_batch_add(journal, next, rig_payload(next)));
    else
        assert_err(ERR_JOURNAL, journal_batch_write(journal, &(struct journal_position){ 0 }));
    assert_int_equal(calls, disk.calls_after_failure);
    assert_int_equal(fault->is_short, calls);
    for (unsigned way = 0; way < WAYS; way++)
        check_image(world, way);
}

static void check_restart(struct world *world)
{
    assert_err(OK, rig_recover(&world->rig, rig_end(&world->rig)));
    assert_err(OK, journal_note_count(world->rig.journal, journal_end(world->rig.journal).next));
    assert_err(OK, rig_write(&world->rig, 1));
}

static void check_fault(const struct fault *fault, int nth)
{
    struct world world AUTO(world_done);

    world_begin(&world, (unsigned)nth);
    disk.fail_write = fault->write * nth;
    disk.fail_sync = fault->sync * nth;
    disk.error = fault->error;
    disk.fail_short = fault->is_short;
    assert_err(ERR_JOURNAL, write_until_failure(&world));
    check_final(&world, fault);
    check_restart(&world);
}

static void a_failed_write_or_sync_is_final_until_a_restart(void **state)
{
    static const struct fault faults[] = {
        { .write = 1, .error = EIO },    { .write = 1, .error = EIO, .is_short = true },
        { .write = 1, .error = ENOSPC }, { .write = 1, .error = ENOSPC, .is_short = true },
        { .sync = 1, .error = EIO },     { .sync = 1, .error = ENOSPC },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        for (int nth = 1; nth <= 20; nth++)
            check_fault(&faults[i], nth);
    }
}

/* What recovery itself writes can fail, too. */
static void a_recovery_that_cannot_write_does_not_start(void **state)
{
    struct world world AUTO(world_done);
    (void)state;

    world_begin(&world, 3);
    assert_err(OK, rig_write(&world.rig, 3));
    disk.fail_sync = 1;
    assert_err(ERR_IO, rig_recover(&world.rig, world.rig.ends[0]));
    assert_string_not_equal("", world.rig.why.text);
    disk.fail_write = 1;
    assert_err(ERR_IO, rig_recover(&world.rig, world.rig.ends[0]));
    assert_err(OK, rig_recover(&world.rig, world.rig.ends[0]));
}

static void a_read_error_is_not_a_torn_batch(void **state)
{
    struct world world AUTO(world_done);
    enum err err = ERR_IO;
    int nth = 1;
    (void)state;

    world_begin(&world, 3);
    assert_err(OK, rig_write(&world.rig, 3));
    assert_err(OK, rig_write(&world.rig, 3));
    for (; err != OK; nth++) {
        disk.fail_read = nth;
        err = rig_recover(&world.rig, world.rig.ends[0]);
        assert_true(err == OK || err == ERR_IO);
        assert_int_equal(err == OK, world.rig.why.text[0] == '\0');
    }
    assert_true(nth > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_cut_leaves_all_that_was_acknowledged),
        cmocka_unit_test(a_batch_that_only_the_page_cache_has_is_written_again),
        cmocka_unit_test(a_failed_write_or_sync_is_final_until_a_restart),
        cmocka_unit_test(a_recovery_that_cannot_write_does_not_start),
        cmocka_unit_test(a_read_error_is_not_a_torn_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
