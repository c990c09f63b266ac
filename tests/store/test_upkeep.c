#include "store/rig.h"

#include <lmdb.h>
#include <pthread.h>
#include <sys/stat.h>

#include "base/file.h"

static void figures_follow_what_is_stored(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_stats empty, full, erased;
    struct stat status;
    (void)state;

    assert_err(OK, store_stats(rig.store, &empty));
    assert_int_equal(RIG_SIZE, empty.map_bytes);
    assert_err(OK, rig_fill(&rig, STORE_TOKENS, 0, 2000));
    assert_err(OK, rig_fill(&rig, STORE_TOMBSTONES, 0, 7));
    assert_err(OK, store_stats(rig.store, &full));
    assert_int_equal(2000, full.entries[STORE_TOKENS]);
    assert_int_equal(7, full.entries[STORE_TOMBSTONES]);
    assert_true(full.used_bytes > 2000 * 500 && full.used_bytes < 2000 * 900);
    assert_int_equal(full.file_bytes, full.used_bytes + full.free_bytes);
    assert_int_equal(0, stat(temp_file(&rig.temp, "vault.mdb").text, &status));
    assert_int_equal(full.file_bytes, status.st_size);
    assert_true(full.disk_free_bytes > 0);

    assert_err(OK, rig_empty(&rig, STORE_TOKENS, 0, 2000));
    assert_err(OK, store_stats(rig.store, &erased));
    assert_int_equal(0, erased.entries[STORE_TOKENS]);
    assert_true(erased.free_bytes > full.free_bytes + 2000 * 400);
    assert_true(erased.used_bytes < full.used_bytes / 4);
}

static void a_snapshot_that_is_kept_is_counted(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_txn *snapshot AUTO(store_abort) = NULL;
    struct store_stats before, after;
    (void)state;

    assert_err(OK, store_stats(rig.store, &before));
    assert_err(OK, store_snapshot(rig.store, &snapshot));
    assert_err(OK, store_stats(rig.store, &after));
    assert_int_equal(before.readers + 1, after.readers);
    assert_in_range(after.readers_max, STORE_READERS_MAX, STORE_READERS_MAX + 2);
}

/* The child dies with a snapshot in its hand. */
static void die_with_snapshot(struct rig *rig)
{
    MDB_env *env = NULL;
    MDB_txn *txn;

    if (mdb_env_create(&env) == 0 && mdb_env_set_mapsize(env, RIG_SIZE) == 0 &&
        mdb_env_open(env, temp_file(&rig->temp, "vault.mdb").text, MDB_NOSUBDIR | MDB_NOTLS,
                     0600) == 0 &&
        mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) == 0)
        (void)raise(SIGKILL);
    _exit(1);
}

static void slots_of_dead_processes_are_freed(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    pid_t child = fork();
    unsigned dead = 9;
    int status;
    (void)state;

    if (child == 0)
        die_with_snapshot(&rig);
    assert_int_equal(child, waitpid(child, &status, 0));
    assert_true(WIFSIGNALED(status));
    assert_err(OK, store_reader_check(rig.store, &dead));
    assert_int_equal(1, dead);
    assert_err(OK, store_reader_check(rig.store, &dead));
    assert_int_equal(0, dead);
}

static void prefaulting_reads_and_stops_when_told(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    atomic_bool stop = false;
    (void)state;

    assert_err(OK, rig_fill(&rig, STORE_TOKENS, 0, 3000));
    assert_err(OK, store_prefault(rig.store, RIG_SIZE, &stop));
    assert_err(OK, store_prefault(rig.store, 1, &stop));
    atomic_store(&stop, true);
    assert_err(OK, store_prefault(rig.store, UINT64_MAX, &stop));
}

enum { RACE_COMMITS = 150 };

/* Every commit is a whole multiple of ten rows: a reader must never see another number. */
static void *read_on(void *argument)
{
    struct rig *rig = argument;
    struct store_txn *snapshot AUTO(store_abort) = NULL;
    struct store_stats stats;
    struct bytes value;

    for (unsigned seen = 0; seen < 10 * RACE_COMMITS;) {
        enum err err =
            snapshot == NULL ? store_snapshot(rig->store, &snapshot) : store_renew(snapshot);

        while (err == OK &&
               store_get(snapshot, STORE_TOKENS, bytes_str(rig_row(seen).key), &value) == OK)
            seen++;
        if (err != OK || seen % 10 != 0 || store_stats(rig->store, &stats) != OK)
            return rig;
    }
    return NULL;
}

static void readers_see_whole_commits_while_a_writer_writes(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    pthread_t readers[2];
    void *wrong;
    (void)state;

    for (int i = 0; i < 2; i++)
        assert_int_equal(0, pthread_create(&readers[i], NULL, read_on, &rig));
    for (unsigned i = 0; i < RACE_COMMITS; i++)
        assert_err(OK, rig_fill(&rig, STORE_TOKENS, 10 * i, 10 * (i + 1)));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(0, pthread_join(readers[i], &wrong));
        assert_null(wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_follow_what_is_stored),
        cmocka_unit_test(a_snapshot_that_is_kept_is_counted),
        cmocka_unit_test(slots_of_dead_processes_are_freed),
        cmocka_unit_test(prefaulting_reads_and_stops_when_told),
        cmocka_unit_test(readers_see_whole_commits_while_a_writer_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
