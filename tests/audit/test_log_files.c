#include "made_log.h"

#include <errno.h>
#include <sys/stat.h>

#include "audit/log_reader.h"

enum { TWO_FILES = AUDIT_FILE_LEAVES + 300 };

static const struct merkle_edge empty = { 0 };

/* The countdown of a fault: the n-th call fails with this errno; 0 never does. */
static struct fault {
    unsigned calls_left;
    int error_number;
} write_fault, sync_fault;

static bool fault_strikes(struct fault *fault)
{
    if (fault->calls_left == 0 || --fault->calls_left > 0)
        return false;
    errno = fault->error_number;
    return true;
}

ssize_t __real_pwrite(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

/* A write that fails has written half of it. */
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset)
{
    if (!fault_strikes(&write_fault))
        return __real_pwrite(fd, data, size, offset);
    (void)__real_pwrite(fd, data, size / 2, offset);
    errno = write_fault.error_number;
    return -1;
}

int __wrap_fdatasync(int fd)
{
    return fault_strikes(&sync_fault) ? -1 : __real_fdatasync(fd);
}

static struct audit_reader *new_reader(const char *folder)
{
    const struct audit_reader_options options = { .folder = folder };
    struct audit_reader *reader = NULL;

    assert_err(OK, audit_reader_new(&options, &reader));
    return reader;
}

static void assert_holds(const char *folder, uint64_t from, uint64_t until)
{
    struct audit_reader *reader AUTO(audit_reader_done) = new_reader(folder);
    struct buf expected AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };

    for (uint64_t number = from; number < until; number++) {
        struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };

        made_leaf(number, &expected);
        assert_err(OK, audit_reader_leaf(reader, number, &leaf));
        assert_bytes(buf_bytes(&expected), buf_bytes(&leaf));
    }
}

static void read_log_file(const char *folder, enum audit_file_kind kind, uint64_t file,
                          struct buf *text)
{
    char path[PATH_SIZE];

    assert_err(OK, audit_file_path(folder, kind, file, path));
    assert_err(OK, file_read(path, text));
}

/* Both folders hold the same bytes for file `file`. */
static void assert_same(const char *folder, const char *other, uint64_t file)
{
    for (enum audit_file_kind kind = AUDIT_ENTRIES; kind <= AUDIT_HASHES; kind++) {
        struct buf a AUTO(buf_done) = { .max = 64 << 20 }, b AUTO(buf_done) = { .max = 64 << 20 };

        read_log_file(folder, kind, file, &a);
        read_log_file(other, kind, file, &b);
        assert_bytes(buf_bytes(&a), buf_bytes(&b));
    }
}

/* Cut the file to `size` bytes, unless that is KEEP_SIZE; then add bytes at its end. */
static const uint64_t KEEP_SIZE = UINT64_MAX;

static void spoil_log_file(struct temp_path path, uint64_t size, struct bytes added)
{
    int fd AUTO(fd_close) = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    if (size != KEEP_SIZE)
        assert_int_equal(0, ftruncate(fd, (off_t)size));
    assert_int_equal(added.size, pwrite(fd, added.data, added.size, lseek(fd, 0, SEEK_END)));
}

static uint64_t log_file_size(const char *folder, enum audit_file_kind kind, uint64_t file)
{
    char path[PATH_SIZE];
    struct stat status;

    assert_err(OK, audit_file_path(folder, kind, file, path));
    return stat(path, &status) == 0 ? (uint64_t)status.st_size : UINT64_MAX;
}

static void leaves_come_back_across_tiles_and_files(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    (void)state;

    made_log(temp.path, TWO_FILES);
    assert_holds(temp.path, 0, 600);
    assert_holds(temp.path, AUDIT_FILE_LEAVES - 300, TWO_FILES);
    assert_int_equal(AUDIT_HASHES_SIZE, log_file_size(temp.path, AUDIT_HASHES, 0));
    assert_int_equal(audit_hashes_size(300), log_file_size(temp.path, AUDIT_HASHES, 1));
}

/* Whatever stood beyond the edge, the log ends as if it had been written once. */
static void write_again_from(const char *folder, const struct merkle_edge *edge, uint64_t until)
{
    struct audit_files *files = NULL;
    struct why why = { "" };

    assert_err(OK, audit_files_open(folder, edge, &files, &why));
    made_log_append(files, until);
    assert_err(OK, audit_files_sync(files));
    audit_files_free(files);
}

static void writing_twice_does_no_harm(void **state)
{
    static const uint64_t starts[] = { 0, 1, 255, 256, 300, 511, 512, 599 };
    struct temp once AUTO(temp_done) = temp_new(), twice AUTO(temp_done) = temp_new();
    (void)state;

    made_log(once.path, 600);
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        struct merkle_edge edge = made_log(twice.path, starts[i]);

        write_again_from(twice.path, &edge, 600);
        write_again_from(twice.path, &edge, 600);
        assert_same(once.path, twice.path, 0);
    }
}

static void what_stands_beyond_the_edge_is_cut_off_and_written_again(void **state)
{
    struct temp once AUTO(temp_done) = temp_new(), torn AUTO(temp_done) = temp_new();
    struct merkle_edge edge;
    (void)state;

    made_log(once.path, TWO_FILES);
    edge = made_log(torn.path, AUDIT_FILE_LEAVES - 10);
    spoil_log_file(temp_file(&torn, "00000000.entries"), KEEP_SIZE, bytes_lit("half a leaf"));
    spoil_log_file(temp_file(&torn, "00000000.hashes"), KEEP_SIZE, bytes_lit("half a row"));
    spoil_log_file(temp_file(&torn, "00000001.entries"), KEEP_SIZE, bytes_lit("garbage"));
    spoil_log_file(temp_file(&torn, "00000001.hashes"), KEEP_SIZE, bytes_lit("garbage"));
    spoil_log_file(temp_file(&torn, "00000002.entries"), KEEP_SIZE, bytes_lit(""));
    write_again_from(torn.path, &edge, TWO_FILES);
    assert_same(once.path, torn.path, 0);
    assert_same(once.path, torn.path, 1);
    assert_int_equal(UINT64_MAX, log_file_size(torn.path, AUDIT_ENTRIES, 2));
}

static void a_crash_between_append_and_sync_leaves_nothing_behind(void **state)
{
    struct temp once AUTO(temp_done) = temp_new(), crashed AUTO(temp_done) = temp_new();
    struct merkle_edge edge;
    (void)state;

    made_log(once.path, 5000);
    edge = made_log(crashed.path, 700);
    for (uint64_t reached = 701; reached < 5000; reached += 1103) {
        pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0) {
            struct audit_files *files = NULL;

            assert_err(OK, audit_files_open(crashed.path, &edge, &files, NULL));
            made_log_append(files, reached);
            _exit(0); /* what was not yet written is gone, the rest is not synced */
        }
        assert_int_equal(child, waitpid(child, NULL, 0));
        assert_holds(crashed.path, 690, 700);
    }
    write_again_from(crashed.path, &edge, 5000);
    assert_same(once.path, crashed.path, 0);
}

static void files_that_end_before_the_edge_are_refused_untouched(void **state)
{
    static const struct {
        enum audit_file_kind kind;
        const char *name;
        uint64_t size;
    } cuts[] = { { AUDIT_ENTRIES, "00000000.entries", 100 },
                 { AUDIT_HASHES, "00000000.hashes", 1000 },
                 { AUDIT_HASHES, "00000000.hashes", 0 } };
    (void)state;

    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        struct temp temp AUTO(temp_done) = temp_new();
        struct merkle_edge edge = made_log(temp.path, 300);
        struct audit_files *files = NULL;
        struct why why = { "" };

        spoil_log_file(temp_file(&temp, cuts[i].name), cuts[i].size, bytes_lit(""));
        assert_err(ERR_CORRUPT, audit_files_open(temp.path, &edge, &files, &why));
        assert_non_null(strstr(why.text, "00000000."));
        assert_int_equal(cuts[i].size, log_file_size(temp.path, cuts[i].kind, 0));
    }
}

static void a_log_with_another_tree_is_refused_untouched(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct merkle_edge edge = made_log(temp.path, 300);
    struct audit_files *files = NULL;
    struct why why = { "" };
    uint64_t size = log_file_size(temp.path, AUDIT_ENTRIES, 0);
    (void)state;

    edge.levels[5].bytes[0] ^= 1;
    assert_err(ERR_CORRUPT, audit_files_open(temp.path, &edge, &files, &why));
    assert_non_null(strstr(why.text, "not the one that the vault knows"));
    assert_int_equal(size, log_file_size(temp.path, AUDIT_ENTRIES, 0));
}

static void a_vault_older_than_its_log_is_refused_and_nothing_is_cut(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp old AUTO(temp_done) = temp_new();
    struct merkle_edge edge = made_log(old.path, 299);
    struct audit_files *files = NULL;
    struct why why = { "" };
    (void)state;

    made_log(temp.path, TWO_FILES);
    assert_err(ERR_ROLLED_BACK, audit_files_open(temp.path, &edge, &files, &why));
    assert_non_null(strstr(why.text, "older"));
    assert_int_equal(AUDIT_HASHES_SIZE, log_file_size(temp.path, AUDIT_HASHES, 0));
    edge = made_log(old.path, 300);
    assert_err(OK, audit_files_open(temp.path, &edge, &files, &why));
    audit_files_free(files);
}

static void a_newer_format_is_refused_with_a_sentence(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct merkle_edge edge = made_log(temp.path, 3);
    struct audit_files *files = NULL;
    struct why why = { "" };
    int fd AUTO(fd_close) = open(temp_file(&temp, "00000000.entries").text, O_RDWR | O_CLOEXEC);
    (void)state;

    assert_err(OK, file_write_at(fd, bytes_lit("\2"), 7));
    assert_err(ERR_NEWER, audit_files_open(temp.path, &edge, &files, &why));
    assert_non_null(strstr(why.text, "newer"));
}

static void a_full_disk_loses_nothing_and_is_tried_again(void **state)
{
    struct temp once AUTO(temp_done) = temp_new(), full AUTO(temp_done) = temp_new();
    struct audit_files *files = NULL;
    (void)state;

    made_log(once.path, 3000);
    assert_err(OK, audit_files_open(full.path, &empty, &files, NULL));
    made_log_append(files, 1000);
    for (unsigned call = 1; call <= 2; call++) {
        write_fault = (struct fault){ call, ENOSPC };
        assert_err(ERR_NO_SPACE, audit_files_sync(files));
    }
    assert_err(OK, audit_files_sync(files));
    made_log_append(files, 3000);
    assert_err(OK, audit_files_sync(files));
    audit_files_free(files);
    assert_same(once.path, full.path, 0);
}

static void a_failed_sync_is_final_until_the_next_open(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct audit_files *files = NULL;
    (void)state;

    assert_err(OK, audit_files_open(temp.path, &empty, &files, NULL));
    made_log_append(files, 10);
    sync_fault = (struct fault){ 2, EIO };
    assert_err(ERR_IO, audit_files_sync(files));
    assert_err(ERR_IO, audit_files_sync(files));
    assert_err(ERR_IO, audit_files_append(files, 10, bytes_lit("leaf")));
    audit_files_free(files);
    write_again_from(temp.path, &empty, 10);
    assert_holds(temp.path, 0, 10);
}

static void a_file_that_is_full_is_synced_before_the_next_begins(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct audit_files *files = NULL;
    (void)state;

    assert_err(OK, audit_files_open(temp.path, &empty, &files, NULL));
    made_log_append(files, AUDIT_FILE_LEAVES);
    sync_fault = (struct fault){ 1, EIO };
    assert_err(ERR_IO, audit_files_append(files, AUDIT_FILE_LEAVES, bytes_lit("leaf")));
    assert_int_equal(0, sync_fault.calls_left);
    audit_files_free(files);
}

static void a_file_removed_replaced_or_cut_while_written_is_noticed(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp_path entries = temp_file(&temp, "00000000.entries");
    struct audit_files *files = NULL;
    struct why why = { "" };
    (void)state;

    assert_err(OK, audit_files_open(temp.path, &empty, &files, NULL));
    made_log_append(files, 10);
    assert_err(OK, audit_files_sync(files));
    assert_err(OK, audit_files_watch(files, &why));
    assert_int_equal(0, truncate(entries.text, 100));
    assert_err(ERR_CORRUPT, audit_files_watch(files, &why));
    assert_non_null(strstr(why.text, "00000000.entries"));
    assert_int_equal(0, unlink(entries.text));
    assert_err(ERR_CORRUPT, audit_files_watch(files, &why));
    spoil_log_file(temp_file(&temp, "00000000.entries"), 1000000, bytes_lit(""));
    assert_err(ERR_CORRUPT, audit_files_watch(files, &why));
    audit_files_free(files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_come_back_across_tiles_and_files),
        cmocka_unit_test(writing_twice_does_no_harm),
        cmocka_unit_test(what_stands_beyond_the_edge_is_cut_off_and_written_again),
        cmocka_unit_test(a_crash_between_append_and_sync_leaves_nothing_behind),
        cmocka_unit_test(files_that_end_before_the_edge_are_refused_untouched),
        cmocka_unit_test(a_log_with_another_tree_is_refused_untouched),
        cmocka_unit_test(a_vault_older_than_its_log_is_refused_and_nothing_is_cut),
        cmocka_unit_test(a_newer_format_is_refused_with_a_sentence),
        cmocka_unit_test(a_full_disk_loses_nothing_and_is_tried_again),
        cmocka_unit_test(a_failed_sync_is_final_until_the_next_open),
        cmocka_unit_test(a_file_that_is_full_is_synced_before_the_next_begins),
        cmocka_unit_test(a_file_removed_replaced_or_cut_while_written_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
