#include "store/rig.h"

#include <errno.h>

#include "base/buf.h"
#include "store/engine.h"

static void what_is_committed_is_there_after_a_restart(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    (void)state;

    for (int table = 0; table < STORE_TABLES; table++)
        assert_err(OK, rig_fill(&rig, (enum store_table)table, 0, 10u + (unsigned)table));
    assert_err(OK, rig_open(&rig));
    for (int table = 0; table < STORE_TABLES; table++)
        assert_int_equal(10 + table, rig_count(&rig, (enum store_table)table));
}

static void what_is_not_committed_leaves_no_trace(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_txn *txn AUTO(store_abort) = NULL;
    struct bytes value;
    (void)state;

    assert_err(OK, store_begin(rig.store, &txn));
    rig_put(txn, STORE_TOKENS, 0);
    assert_err(OK, store_get(txn, STORE_TOKENS, bytes_str(rig_row(0).key), &value));
    assert_int_equal(0, rig_count(&rig, STORE_TOKENS));
    store_abort(&txn);
    assert_null(txn);
    assert_int_equal(0, rig_count(&rig, STORE_TOKENS));
}

static void a_put_replaces_and_a_delete_of_nothing_is_fine(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_txn *txn = NULL;
    struct bytes value;
    (void)state;

    assert_err(OK, store_begin(rig.store, &txn));
    store_put(txn, STORE_USED, bytes_lit("key"), bytes_lit("old"));
    store_put(txn, STORE_USED, bytes_lit("key"), bytes_lit("new"));
    store_put(txn, STORE_USED, bytes_lit("empty"), bytes_of(NULL, 0));
    store_del(txn, STORE_USED, bytes_lit("nothing"));
    assert_err(OK, store_get(txn, STORE_USED, bytes_lit("key"), &value));
    assert_bytes(bytes_lit("new"), value);
    assert_err(OK, store_get(txn, STORE_USED, bytes_lit("empty"), &value));
    assert_int_equal(0, value.size);
    assert_err(ERR_NOT_FOUND, store_get(txn, STORE_OPEN, bytes_lit("key"), &value));
    assert_err(OK, store_commit(&txn));
    assert_null(txn);
}

static void the_first_error_sticks_and_nothing_is_committed(void **state)
{
    static const uint8_t long_key[STORE_KEY_MAX + 1];
    const struct bytes bad_keys[] = { bytes_of(long_key, sizeof(long_key)), bytes_of(NULL, 0) };
    struct rig rig AUTO(rig_done) = rig_new();
    struct bytes value;
    (void)state;

    for (int i = 0; i < 2; i++) {
        struct store_txn *txn = NULL;

        assert_err(OK, store_begin(rig.store, &txn));
        rig_put(txn, STORE_TOKENS, 0);
        store_put(txn, STORE_TOKENS, bad_keys[i], bytes_lit("value"));
        rig_put(txn, STORE_TOKENS, 1);
        assert_err(ERR_LIMIT, store_get(txn, STORE_TOKENS, bytes_str(rig_row(0).key), &value));
        assert_err(ERR_LIMIT, store_commit(&txn));
        assert_int_equal(0, rig_count(&rig, STORE_TOKENS));
    }
    assert_false(store_is_failed(rig.store));
    assert_err(OK, rig_fill(&rig, STORE_TOKENS, 0, 1));
}

static void the_longest_key_is_taken(void **state)
{
    static const uint8_t key[STORE_KEY_MAX];
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_txn *txn = NULL;
    struct bytes value;
    (void)state;

    assert_err(OK, store_begin(rig.store, &txn));
    store_put(txn, STORE_TOKENS, bytes_of(key, sizeof(key)), bytes_lit("value"));
    assert_err(OK, store_get(txn, STORE_TOKENS, bytes_of(key, sizeof(key)), &value));
    assert_err(OK, store_commit(&txn));
}

static enum err count_in(struct store_txn *txn, unsigned *ret_count)
{
    struct store_scan scan AUTO(store_scan_end) = { 0 };
    unsigned count = 0;

    TRY(store_scan_begin(txn, STORE_TOKENS, &(struct store_range){ 0 }, &scan));
    while (store_scan_next(&scan))
        count++;
    *ret_count = count;
    return scan.err;
}

static void a_snapshot_shows_one_commit_until_it_is_renewed(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_txn *snapshot AUTO(store_abort) = NULL;
    unsigned count = 0;
    (void)state;

    assert_err(OK, store_snapshot(rig.store, &snapshot));
    for (unsigned i = 0; i < 5; i++) {
        assert_err(OK, rig_fill(&rig, STORE_TOKENS, i, i + 1));
        assert_err(OK, count_in(snapshot, &count));
        assert_int_equal(i, count);
        if (i % 2 == 0)
            store_reset(snapshot);
        assert_err(OK, store_renew(snapshot));
        assert_err(OK, count_in(snapshot, &count));
        assert_int_equal(i + 1, count);
    }
    store_reset(snapshot);
    store_reset(snapshot);
}

static void use_after_reset(void *snapshot)
{
    struct bytes value;

    err_ignore(store_get(snapshot, STORE_TOKENS, bytes_lit("key"), &value));
}

static void write_to_snapshot(void *snapshot)
{
    store_put(snapshot, STORE_TOKENS, bytes_lit("key"), bytes_lit("value"));
}

static void a_snapshot_that_holds_nothing_or_is_written_breaks_a_promise(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_txn *snapshot AUTO(store_abort) = NULL;
    (void)state;

    assert_err(OK, store_snapshot(rig.store, &snapshot));
    assert_true(aborts(write_to_snapshot, snapshot));
    store_reset(snapshot);
    assert_true(aborts(use_after_reset, snapshot));
}

static void the_slots_for_readers_are_bounded(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_txn *snapshots[STORE_READERS_MAX + 8] = { NULL };
    unsigned count = 0;
    (void)state;

    while (count < STORE_READERS_MAX + 8 && store_snapshot(rig.store, &snapshots[count]) == OK)
        count++;
    assert_in_range(count, STORE_READERS_MAX, STORE_READERS_MAX + 2);
    assert_err(ERR_LIMIT, store_snapshot(rig.store, &snapshots[count]));
    store_abort(&snapshots[0]);
    assert_err(OK, store_snapshot(rig.store, &snapshots[0]));
    for (unsigned i = 0; i < count; i++)
        store_abort(&snapshots[i]);
}

struct scan_case {
    const char *from, *prefix;
    size_t count_max;
    const char *expected; /* the keys, one after the other */
};

static const struct scan_case scan_cases[] = {
    { "", "", 0, "a aa ab b ba c " },
    { "", "", 4, "a aa ab b " },
    { "ab", "", 0, "ab b ba c " },
    { "aba", "", 0, "b ba c " },
    { "", "a", 0, "a aa ab " },
    { "aab", "a", 0, "ab " },
    { "", "b", 1, "b " },
    { "bb", "b", 0, "" },
    { "c", "b", 0, "" },
    { "d", "", 0, "" },
    { "", "x", 0, "" },
};

static void check_scan(struct store_txn *txn, const struct scan_case *expected)
{
    struct store_scan scan AUTO(store_scan_end) = { 0 };
    const struct store_range range = { bytes_str(expected->from), bytes_str(expected->prefix),
                                       expected->count_max };
    struct buf keys AUTO(buf_done) = { .max = 100 };

    assert_err(OK, store_scan_begin(txn, STORE_INDEX, &range, &scan));
    while (store_scan_next(&scan)) {
        buf_add(&keys, scan.key);
        buf_add_u8(&keys, ' ');
        assert_bytes(scan.key, scan.value);
    }
    assert_err(OK, scan.err);
    assert_false(store_scan_next(&scan));
    assert_bytes(bytes_str(expected->expected), buf_bytes(&keys));
}

static void a_scan_gives_the_rows_of_its_range_in_order(void **state)
{
    static const char *const keys[] = { "ba", "a", "c", "ab", "b", "aa" };
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_txn *txn AUTO(store_abort) = NULL;
    (void)state;

    assert_err(OK, store_begin(rig.store, &txn));
    for (int i = 0; i < 6; i++)
        store_put(txn, STORE_INDEX, bytes_str(keys[i]), bytes_str(keys[i]));
    for (size_t i = 0; i < sizeof(scan_cases) / sizeof(scan_cases[0]); i++)
        check_scan(txn, &scan_cases[i]);
    assert_err(OK, store_commit(&txn));
    assert_err(OK, store_snapshot(rig.store, &txn));
    for (size_t i = 0; i < sizeof(scan_cases) / sizeof(scan_cases[0]); i++)
        check_scan(txn, &scan_cases[i]);
}

static void a_scan_of_an_empty_table_ends_at_once(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_txn *snapshot AUTO(store_abort) = NULL;
    unsigned count = 9;
    (void)state;

    assert_err(OK, store_snapshot(rig.store, &snapshot));
    assert_err(OK, count_in(snapshot, &count));
    assert_int_equal(0, count);
}

static void lmdbs_codes_have_names_of_ours(void **state)
{
    (void)state;
    assert_err(OK, store_err(MDB_SUCCESS));
    assert_err(ERR_NOT_FOUND, store_err(MDB_NOTFOUND));
    assert_err(ERR_VAULT_FULL, store_err(MDB_MAP_FULL));
    assert_err(ERR_CORRUPT, store_err(MDB_CORRUPTED));
    assert_err(ERR_CORRUPT, store_err(MDB_PAGE_NOTFOUND));
    assert_err(ERR_NEWER, store_err(MDB_VERSION_MISMATCH));
    assert_err(ERR_LIMIT, store_err(MDB_READERS_FULL));
    assert_err(ERR_IO, store_err(MDB_PANIC));
    assert_err(ERR_INTERNAL, store_err(MDB_BAD_TXN));
    assert_err(ERR_NO_SPACE, store_err(ENOSPC));
    assert_err(ERR_IO, store_err(EIO));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_committed_is_there_after_a_restart),
        cmocka_unit_test(what_is_not_committed_leaves_no_trace),
        cmocka_unit_test(a_put_replaces_and_a_delete_of_nothing_is_fine),
        cmocka_unit_test(the_first_error_sticks_and_nothing_is_committed),
        cmocka_unit_test(the_longest_key_is_taken),
        cmocka_unit_test(a_snapshot_shows_one_commit_until_it_is_renewed),
        cmocka_unit_test(a_snapshot_that_holds_nothing_or_is_written_breaks_a_promise),
        cmocka_unit_test(the_slots_for_readers_are_bounded),
        cmocka_unit_test(a_scan_gives_the_rows_of_its_range_in_order),
        cmocka_unit_test(a_scan_of_an_empty_table_ends_at_once),
        cmocka_unit_test(lmdbs_codes_have_names_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
