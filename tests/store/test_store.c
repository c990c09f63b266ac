/*
 * Opening, and what a commit that failed means. The last test fills a real disk.
 */
#include "store/faults.h"
#include "store/rig.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/file.h"
#include "store/engine.h"

enum { PAGE = 4096 };

static void a_new_store_is_empty_and_private(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_stats stats;
    struct stat status;
    (void)state;

    assert_err(OK, store_stats(rig.store, &stats));
    for (int i = 0; i < STORE_TABLES; i++)
        assert_int_equal(i == STORE_META, stats.entries[i]);
    assert_int_equal(0, stat(temp_file(&rig.temp, "vault.mdb").text, &status));
    assert_int_equal(0600, status.st_mode & 07777);
    assert_int_equal(0, stat(temp_file(&rig.temp, "vault.mdb-lock").text, &status));
    assert_int_equal(0600, status.st_mode & 07777);
}

static void a_store_is_made_once_and_opened_once(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store *second = NULL;
    struct why why = { 0 };
    (void)state;

    assert_err(ERR_IN_USE, store_open(rig.temp.path, RIG_SIZE, &second, &why));
    assert_non_null(strstr(why.text, rig.temp.path));
    assert_err(ERR_IN_USE, store_create(rig.temp.path, NULL));
    store_close(&rig.store);
    assert_err(ERR_EXISTS, store_create(rig.temp.path, NULL));
    assert_err(OK, rig_open(&rig));
}

static void a_making_that_was_cut_short_is_begun_again(void **state)
{
    struct rig rig AUTO(rig_done) = { .temp = temp_new() };
    (void)state;

    assert_err(OK,
               file_create(temp_file(&rig.temp, "vault.mdb.new").text, bytes_lit("half"), 0600));
    assert_err(ERR_NOT_FOUND, rig_open(&rig));
    assert_string_not_equal("", rig.why.text);
    assert_err(OK, store_create(rig.temp.path, NULL));
    assert_err(OK, rig_open(&rig));
}

/* A file that looks like LMDB's but for `offset`, which is set to `byte`. */
static enum err open_with(struct rig *rig, uint64_t offset, uint8_t byte)
{
    int fd AUTO(fd_close) = open(temp_file(&rig->temp, "vault.mdb").text, O_RDWR | O_CLOEXEC);
    uint8_t before;
    enum err err;

    store_close(&rig->store);
    assert_err(OK, file_read_at(fd, &before, 1, offset));
    assert_err(OK, file_write_at(fd, bytes_of(&byte, 1), offset));
    err = rig_open(rig);
    assert_int_equal(err != OK, rig->why.text[0] != '\0');
    store_close(&rig->store);
    assert_err(OK, file_write_at(fd, bytes_of(&before, 1), offset));
    return err;
}

static void damaged_and_foreign_files_are_refused_with_a_sentence(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct temp_path path = temp_file(&rig.temp, "vault.mdb");
    (void)state;

    assert_err(ERR_CORRUPT, open_with(&rig, 16, 0));           /* first magic */
    assert_err(ERR_CORRUPT, open_with(&rig, PAGE + 16, 0));    /* second magic */
    assert_err(ERR_CORRUPT, open_with(&rig, 10, 0));           /* not a meta page */
    assert_err(ERR_NEWER, open_with(&rig, 20, 2));             /* LMDB's version */
    assert_err(ERR_CORRUPT, open_with(&rig, 41, 0x11));        /* page size */
    assert_err(ERR_CORRUPT, open_with(&rig, PAGE + 41, 0x20)); /* another page size */
    assert_err(OK, rig_open(&rig));
    store_close(&rig.store);
    assert_int_equal(0, truncate(path.text, PAGE));
    assert_err(ERR_CORRUPT, rig_open(&rig));
    assert_int_equal(0, truncate(path.text, 0)); /* of which LMDB would make a new one */
    assert_err(ERR_CORRUPT, rig_open(&rig));
    assert_int_equal(0, unlink(path.text));
    assert_err(ERR_NOT_FOUND, rig_open(&rig));
    assert_string_not_equal("", rig.why.text);
}

static void fill_in_steps(struct rig *rig)
{
    for (unsigned i = 0; i < 20; i += 4)
        assert_err(OK, rig_fill(rig, STORE_TOKENS, i, i + 4));
}

/* No so many free pages lie side by side: its pages are the last ones, the free list's are low. */
static void put_large(struct rig *rig)
{
    static const uint8_t value[200 * 1024];
    struct store_txn *txn;

    assert_err(OK, store_begin(rig->store, &txn));
    store_put(txn, STORE_TOKENS, bytes_lit("large"), bytes_of(value, sizeof(value)));
    assert_err(OK, store_commit(&txn));
}

static void a_file_that_was_cut_is_refused_at_any_length(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct temp_path path = temp_file(&rig.temp, "vault.mdb");
    struct stat status;
    (void)state;

    fill_in_steps(&rig);
    assert_err(OK, rig_fill(&rig, STORE_TOKENS, 20, 120));
    assert_err(OK, rig_empty(&rig, STORE_TOKENS, 20, 120));
    put_large(&rig);
    store_close(&rig.store);
    assert_int_equal(0, stat(path.text, &status));
    for (off_t size = status.st_size - PAGE; size >= 2 * PAGE; size -= PAGE) {
        assert_int_equal(0, truncate(path.text, size));
        assert_err(ERR_CORRUPT, rig_open(&rig));
        assert_int_equal(0, stat(path.text, &status));
        assert_int_equal(size, status.st_size);
    }
}

/* A transaction takes pages at the end of the file and gives them back: they are never written. */
static void a_file_that_ends_with_free_pages_is_no_damage(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_txn *txn;
    struct store_stats stats;
    struct stat status;
    (void)state;

    fill_in_steps(&rig);
    assert_err(OK, store_begin(rig.store, &txn));
    for (unsigned i = 20; i < 300; i++)
        rig_put(txn, STORE_TOKENS, i);
    for (unsigned i = 299; i >= 20; i--) {
        struct rig_row row = rig_row(i);
        store_del(txn, STORE_TOKENS, bytes_str(row.key));
    }
    assert_err(OK, store_commit(&txn));
    assert_err(OK, store_stats(rig.store, &stats));
    assert_int_equal(0, stat(temp_file(&rig.temp, "vault.mdb").text, &status));
    assert_true((uint64_t)status.st_size < stats.file_bytes);
    assert_err(OK, rig_open(&rig));
    assert_int_equal(20, rig_count(&rig, STORE_TOKENS));
    assert_err(OK, rig_fill(&rig, STORE_TOKENS, 20, 300));
    assert_err(OK, rig_open(&rig));
    assert_int_equal(300, rig_count(&rig, STORE_TOKENS));
}

static void other_databases_and_newer_formats_are_not_ours(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_txn *txn;
    static const uint8_t newer[] = { 'p', 'g', 'v', 'a', 'u', 'l', 't', 0, 0, 0, 2 };
    (void)state;

    assert_err(OK, store_begin(rig.store, &txn));
    store_put(txn, STORE_META, bytes_lit("format"), bytes_of(newer, sizeof(newer)));
    assert_err(OK, store_commit(&txn));
    assert_err(ERR_NEWER, rig_open(&rig));
    assert_non_null(strstr(rig.why.text, "newer"));
}

static void an_lmdb_file_without_our_mark_is_refused(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store_txn *txn;
    (void)state;

    assert_err(OK, store_begin(rig.store, &txn));
    store_del(txn, STORE_META, bytes_lit("format"));
    assert_err(OK, store_commit(&txn));
    assert_err(ERR_CORRUPT, rig_open(&rig));
}

static void a_file_larger_than_the_map_is_refused(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store *store = NULL;
    (void)state;

    assert_err(OK, rig_fill(&rig, STORE_TOKENS, 0, 300));
    store_close(&rig.store);
    assert_err(ERR_LIMIT, store_open(rig.temp.path, 64 * 1024, &store, &rig.why));
    assert_non_null(strstr(rig.why.text, "vault_size_max"));
    assert_err(OK, rig_open(&rig));
}

static void no_address_space_is_a_limit(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct store *store = NULL;
    (void)state;

    store_close(&rig.store);
    assert_err(ERR_LIMIT, store_open(rig.temp.path, (uint64_t)1 << 60, &store, &rig.why));
    assert_non_null(strstr(rig.why.text, "address space"));
}

/* Rows 0 to 99 are there; what follows fails. Nothing of it is seen, now or after a restart. */
static void check_nothing_happened(struct rig *rig, enum err expected)
{
    assert_err(expected, rig_fill(rig, STORE_TOKENS, 100, 200));
    assert_false(store_is_failed(rig->store));
    assert_int_equal(100, rig_count(rig, STORE_TOKENS));
    assert_err(OK, rig_fill(rig, STORE_TOKENS, 100, 200));
    assert_int_equal(200, rig_count(rig, STORE_TOKENS));
    assert_err(OK, rig_open(rig));
    assert_int_equal(200, rig_count(rig, STORE_TOKENS));
}

static struct rig rig_with_rows(void)
{
    struct rig rig = rig_new();

    assert_err(OK, rig_fill(&rig, STORE_TOKENS, 0, 100));
    return rig;
}

static void a_full_disk_or_quota_leaves_all_as_it_was(void **state)
{
    static const struct faults cases[] = {
        { .page_error = ENOSPC },
        { .page_error = EDQUOT },
        { .page_short = true, .disk_full = true },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig rig AUTO(rig_done) = rig_with_rows();

        faults = cases[i];
        check_nothing_happened(&rig, ERR_NO_SPACE);
        faults = (struct faults){ 0 };
    }
}

static void any_other_fault_below_a_commit_is_final(void **state)
{
    static const struct faults cases[] = {
        { .sync_error = EIO, .sync_fails = 1 },
        { .sync_error = EIO, .sync_fails = 2 },
        { .sync_error = ENOSPC, .sync_fails = 2 }, /* the kernel tells our descriptor, too */
        { .page_error = EIO },
        { .page_error = EROFS },
        { .page_short = true }, /* and the disk is not full */
        { .page_error = ENOSPC, .sync_error = EIO, .sync_fails = 1 },
        { .meta_error = EIO },
        { .meta_error = ENOSPC },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig rig AUTO(rig_done) = rig_with_rows();
        struct store_txn *txn = NULL;
        unsigned rows;

        faults = cases[i];
        assert_err(ERR_IO, rig_fill(&rig, STORE_TOKENS, 100, 200));
        assert_true(store_is_failed(rig.store));
        faults = (struct faults){ 0 };
        assert_err(ERR_IO, store_begin(rig.store, &txn));
        assert_int_equal(0, faults.writes);
        assert_err(OK, rig_open(&rig));
        rows = rig_count(&rig, STORE_TOKENS);
        assert_true(rows == 100 || rows == 200);
    }
}

static void a_full_map_leaves_all_as_it_was_and_erasing_makes_room(void **state)
{
    struct rig rig AUTO(rig_done) = rig_with_rows();
    (void)state;

    assert_err(ERR_VAULT_FULL, rig_fill(&rig, STORE_TOKENS, 100, 60000));
    assert_false(store_is_failed(rig.store));
    assert_int_equal(100, rig_count(&rig, STORE_TOKENS));
    for (unsigned rows = 100; rig_fill(&rig, STORE_TOKENS, rows, rows + 100) == OK;)
        rows += 100;
    assert_err(OK, rig_empty(&rig, STORE_TOKENS, 50, 100));
    assert_int_equal(50, rig_count(&rig, STORE_TOKENS));
}

/* A file system of one MiB, private to this process. */
static bool small_disk(const char *path)
{
    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return false;
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("small", path, "tmpfs", 0, "size=1m") == 0;
}

static void fill_small_disk(struct rig *rig)
{
    unsigned rows = 0;
    enum err err;

    assert_err(OK, store_create(rig->temp.path, NULL));
    assert_err(OK, rig_open(rig));
    while ((err = rig_fill(rig, STORE_TOKENS, rows, rows + 64)) == OK)
        rows += 64;
    assert_err(ERR_NO_SPACE, err);
    assert_err(ERR_NO_SPACE, rig_fill(rig, STORE_TOKENS, rows, rows + 64));
    assert_false(store_is_failed(rig->store));
    assert_int_equal(rows, rig_count(rig, STORE_TOKENS));
    assert_err(OK, rig_open(rig));
    assert_int_equal(rows, rig_count(rig, STORE_TOKENS));
}

/* In a child: a mount belongs to a process. */
static void a_disk_that_is_really_full_is_no_failure(void **state)
{
    struct rig rig AUTO(rig_done) = { .temp = temp_new() };
    pid_t child = fork();
    int status = 0;
    (void)state;

    assert_true(child >= 0);
    if (child == 0) {
        if (!small_disk(rig.temp.path))
            _exit(TEST_SKIPPED);
        fill_small_disk(&rig);
        store_close(&rig.store);
        _exit(0);
    }
    assert_int_equal(child, waitpid(child, &status, 0));
    if (WIFEXITED(status) && WEXITSTATUS(status) == TEST_SKIPPED)
        skip();
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_store_is_empty_and_private),
        cmocka_unit_test(a_store_is_made_once_and_opened_once),
        cmocka_unit_test(a_making_that_was_cut_short_is_begun_again),
        cmocka_unit_test(damaged_and_foreign_files_are_refused_with_a_sentence),
        cmocka_unit_test(a_file_that_was_cut_is_refused_at_any_length),
        cmocka_unit_test(a_file_that_ends_with_free_pages_is_no_damage),
        cmocka_unit_test(other_databases_and_newer_formats_are_not_ours),
        cmocka_unit_test(an_lmdb_file_without_our_mark_is_refused),
        cmocka_unit_test(a_file_larger_than_the_map_is_refused),
        cmocka_unit_test(no_address_space_is_a_limit),
        cmocka_unit_test(a_full_disk_or_quota_leaves_all_as_it_was),
        cmocka_unit_test(any_other_fault_below_a_commit_is_final),
        cmocka_unit_test(a_full_map_leaves_all_as_it_was_and_erasing_makes_room),
        cmocka_unit_test(a_disk_that_is_really_full_is_no_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
