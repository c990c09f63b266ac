#include "store/rig.h"

#include <sys/stat.h>
#include <unistd.h>

static void compaction_keeps_the_rows_and_gives_back_the_rest(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_stats before, after;
    struct stat status;
    (void)state;

    assert_err(OK, rig_fill(&rig, STORE_TOKENS, 0, 3000));
    assert_err(OK, rig_fill(&rig, STORE_INDEX, 0, 100));
    assert_err(OK, rig_empty(&rig, STORE_TOKENS, 300, 3000));
    assert_err(OK, store_stats(rig.store, &before));
    assert_err(ERR_IN_USE, store_compact(rig.temp.path, RIG_SIZE, NULL));
    store_close(&rig.store);
    assert_err(OK, store_compact(rig.temp.path, RIG_SIZE, &rig.why));
    assert_int_equal(0, stat(temp_file(&rig.temp, "vault.mdb").text, &status));
    assert_int_equal(0600, status.st_mode & 07777);
    assert_int_not_equal(0, access(temp_file(&rig.temp, "vault.mdb.new").text, F_OK));
    assert_err(OK, rig_open(&rig));
    assert_err(OK, store_stats(rig.store, &after));
    assert_int_equal(0, after.free_bytes);
    assert_true(after.file_bytes < before.file_bytes / 3);
    assert_int_equal(300, rig_count(&rig, STORE_TOKENS));
    assert_int_equal(100, rig_count(&rig, STORE_INDEX));
    assert_err(OK, rig_fill(&rig, STORE_TOKENS, 300, 400));
    assert_int_equal(400, rig_count(&rig, STORE_TOKENS));
}

static void a_compaction_that_fails_leaves_the_vault_as_it_was(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct temp_path beside = temp_file(&rig.temp, "vault.mdb.new");
    (void)state;

    assert_err(OK, rig_fill(&rig, STORE_TOKENS, 0, 100));
    store_close(&rig.store);
    assert_int_equal(0, mkdir(beside.text, 0700));
    assert_int_not_equal(OK, store_compact(rig.temp.path, RIG_SIZE, &rig.why));
    assert_string_not_equal("", rig.why.text);
    assert_int_equal(0, rmdir(beside.text));
    assert_err(OK, rig_open(&rig));
    assert_int_equal(100, rig_count(&rig, STORE_TOKENS));
}

/* As keys that are drawn or hashed: each of 0..SCATTERED - 1 once, far from its neighbours. */
enum { SCATTERED = 16000, SCATTER = 6007 };

static enum err fill_scattered(struct rig *rig)
{
    struct store_txn *txn;

    TRY(store_begin(rig->store, &txn));
    for (unsigned i = 0; i < SCATTERED; i++)
        rig_put(txn, STORE_TOKENS, (unsigned)((uint64_t)i * SCATTER % SCATTERED));
    return store_commit(&txn);
}

static void pages_that_random_keys_left_half_empty_are_filled(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_stats before, after;
    (void)state;

    assert_err(OK, fill_scattered(&rig));
    assert_err(OK, store_stats(rig.store, &before));
    store_close(&rig.store);
    assert_err(OK, store_compact(rig.temp.path, RIG_SIZE, &rig.why));
    assert_err(OK, rig_open(&rig));
    assert_err(OK, store_stats(rig.store, &after));
    assert_true(after.file_bytes < before.used_bytes - before.used_bytes / 5);
    assert_int_equal(SCATTERED, rig_count(&rig, STORE_TOKENS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compaction_keeps_the_rows_and_gives_back_the_rest),
        cmocka_unit_test(a_compaction_that_fails_leaves_the_vault_as_it_was),
        cmocka_unit_test(pages_that_random_keys_left_half_empty_are_filled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
