#include "test.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/file.h"

enum call { NONE, FSYNC, FDATASYNC, PREAD, PWRITE, RENAME };

/* The call that fails, once, when countdown reaches it; and the most that one pwrite takes. */
static struct fault {
    enum call call;
    int countdown, error_number;
    size_t write_most;
} fault;

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
ssize_t __real_pread(int fd, void *data, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *data, size_t size, off_t offset);
ssize_t __real_pwrite(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset);

static bool fault_strikes(enum call call)
{
    if (fault.call != call || fault.countdown-- != 0)
        return false;
    errno = fault.error_number;
    return true;
}

int __wrap_fsync(int fd)
{
    return fault_strikes(FSYNC) ? -1 : __real_fsync(fd);
}

int __wrap_fdatasync(int fd)
{
    return fault_strikes(FDATASYNC) ? -1 : __real_fdatasync(fd);
}

int __wrap_rename(const char *from, const char *to)
{
    return fault_strikes(RENAME) ? -1 : __real_rename(from, to);
}

ssize_t __wrap_pread(int fd, void *data, size_t size, off_t offset)
{
    return fault_strikes(PREAD) ? -1 : __real_pread(fd, data, size, offset);
}

ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset)
{
    if (fault.write_most > 0 && size > fault.write_most)
        size = fault.write_most;
    return fault_strikes(PWRITE) ? -1 : __real_pwrite(fd, data, size, offset);
}

static int folder_new(void **state)
{
    struct temp *temp = malloc(sizeof(*temp));

    assert_non_null(temp);
    *temp = temp_new();
    fault = (struct fault){ 0 };
    *state = temp;
    return 0;
}

static int folder_done(void **state)
{
    fault = (struct fault){ 0 };
    temp_done(*state);
    free(*state);
    return 0;
}

static void assert_content(const char *path, struct bytes expected)
{
    struct buf text AUTO(buf_done) = { .max = 100000 };

    assert_err(OK, file_read(path, &text));
    assert_bytes(expected, buf_bytes(&text));
}

static void replacing_makes_a_file_with_just_the_mode_asked_for(void **state)
{
    struct temp_path path = temp_file(*state, "keys");
    struct stat status;
    mode_t before = umask(077);

    assert_err(OK, file_replace(path.text, bytes_lit("one"), 0644));
    (void)umask(before);
    assert_content(path.text, bytes_lit("one"));
    assert_int_equal(0, stat(path.text, &status));
    assert_int_equal(0644, status.st_mode & 0777);
    assert_err(OK, file_replace(path.text, bytes_lit(""), 0600));
    assert_content(path.text, bytes_lit(""));
}

static void a_replacement_that_fails_leaves_the_old_file_whole(void **state)
{
    static const struct {
        struct fault fault;
        enum err err;
    } cases[] = {
        { { PWRITE, 0, ENOSPC, 0 }, ERR_NO_SPACE }, { { PWRITE, 1, EDQUOT, 2 }, ERR_NO_SPACE },
        { { PWRITE, 0, EIO, 0 }, ERR_IO },          { { FSYNC, 0, EIO, 0 }, ERR_IO },
        { { RENAME, 0, EIO, 0 }, ERR_IO },
    };
    struct temp_path path = temp_file(*state, "keys"), beside = temp_file(*state, "keys.new");

    assert_err(OK, file_replace(path.text, bytes_lit("the old one"), 0600));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fault = cases[i].fault;
        assert_err(cases[i].err, file_replace(path.text, bytes_lit("the new one"), 0600));
        assert_int_equal(cases[i].fault.error_number, errno);
        assert_content(path.text, bytes_lit("the old one"));
        assert_int_not_equal(0, access(beside.text, F_OK));
    }
}

static void a_name_that_may_not_be_durable_is_an_error(void **state)
{
    fault = (struct fault){ FSYNC, 1, EIO, 0 };
    assert_err(ERR_IO, file_replace(temp_file(*state, "keys").text, bytes_lit("x"), 0600));
    fault = (struct fault){ FSYNC, 1, EIO, 0 };
    assert_err(ERR_IO, file_create(temp_file(*state, "other").text, bytes_lit("x"), 0600));
}

static void creating_never_overwrites(void **state)
{
    struct temp_path path = temp_file(*state, "root.key");

    assert_err(OK, file_create(path.text, bytes_lit("first"), 0600));
    assert_err(ERR_EXISTS, file_create(path.text, bytes_lit("second"), 0600));
    assert_content(path.text, bytes_lit("first"));
}

static void a_creation_that_fails_leaves_nothing(void **state)
{
    struct temp_path path = temp_file(*state, "root.key");

    fault = (struct fault){ PWRITE, 0, ENOSPC, 0 };
    assert_err(ERR_NO_SPACE, file_create(path.text, bytes_lit("x"), 0600));
    assert_int_not_equal(0, access(path.text, F_OK));
}

static void reading_takes_up_to_the_maximum_and_no_more(void **state)
{
    struct temp_path path = temp_file(*state, "text");
    struct buf exact AUTO(buf_done) = { .max = 5 }, small AUTO(buf_done) = { .max = 4 };

    assert_err(ERR_NOT_FOUND, file_read(path.text, &exact));
    assert_err(OK, file_replace(path.text, bytes_lit("12345"), 0600));
    assert_err(OK, file_read(path.text, &exact));
    assert_bytes(bytes_lit("12345"), buf_bytes(&exact));
    assert_err(ERR_LIMIT, file_read(path.text, &small));
}

static void a_file_of_many_steps_is_read_whole(void **state)
{
    static const uint8_t zeros[200000];
    struct temp_path path = temp_file(*state, "text");
    struct buf text AUTO(buf_done) = { .max = 1 << 20 };

    assert_err(OK, file_replace(path.text, bytes_of(zeros, sizeof(zeros)), 0600));
    assert_err(OK, file_read(path.text, &text));
    assert_bytes(bytes_of(zeros, sizeof(zeros)), buf_bytes(&text));
}

static void a_key_file_that_others_may_read_is_refused(void **state)
{
    static const mode_t open_modes[] = { 0640, 0620, 0610, 0604, 0602, 0601 };
    struct temp_path path = temp_file(*state, "root.key");
    struct buf text AUTO(buf_done) = { .max = 100 };

    assert_err(OK, file_create(path.text, bytes_lit("key"), 0600));
    assert_err(OK, file_check_private(path.text));
    assert_err(OK, file_read_private(path.text, &text));
    assert_bytes(bytes_lit("key"), buf_bytes(&text));
    buf_clear(&text);
    for (size_t i = 0; i < sizeof(open_modes) / sizeof(open_modes[0]); i++) {
        assert_int_equal(0, chmod(path.text, open_modes[i]));
        assert_err(ERR_MODE, file_check_private(path.text));
        assert_err(ERR_MODE, file_read_private(path.text, &text));
    }
    assert_int_equal(0, text.size);
}

static void a_key_file_of_another_user_is_refused(void **state)
{
    struct temp_path path = temp_file(*state, "root.key");

    if (geteuid() != 0)
        skip();
    assert_err(OK, file_create(path.text, bytes_lit("key"), 0600));
    assert_int_equal(0, chown(path.text, 65534, 65534));
    assert_err(ERR_MODE, file_check_private(path.text));
}

static void a_folder_is_no_key_file(void **state)
{
    const struct temp *temp = *state;

    assert_err(ERR_IO, file_check_private(temp->path));
}

static void writing_goes_on_after_short_counts_and_signals(void **state)
{
    struct temp_path path = temp_file(*state, "data");
    int fd AUTO(fd_close) = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    char got[10];

    assert_true(fd >= 0);
    fault = (struct fault){ PWRITE, 2, EINTR, 3 };
    assert_err(OK, file_write_at(fd, bytes_lit("0123456789"), 100));
    fault = (struct fault){ PREAD, 0, EINTR, 0 };
    assert_err(OK, file_read_at(fd, got, sizeof(got), 100));
    assert_memory_equal("0123456789", got, sizeof(got));
}

static void reading_past_the_end_is_damage(void **state)
{
    struct temp_path path = temp_file(*state, "data");
    int fd AUTO(fd_close) = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    char got[4];

    assert_err(OK, file_write_at(fd, bytes_lit("abc"), 0));
    assert_err(ERR_CORRUPT, file_read_at(fd, got, sizeof(got), 0));
    fault = (struct fault){ PREAD, 0, EIO, 0 };
    assert_err(ERR_IO, file_read_at(fd, got, sizeof(got), 0));
}

static void a_sync_that_fails_is_reported(void **state)
{
    struct temp_path path = temp_file(*state, "data");
    int fd AUTO(fd_close) = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    assert_err(OK, file_sync(fd));
    fault = (struct fault){ FDATASYNC, 0, EIO, 0 };
    assert_err(ERR_IO, file_sync(fd));
    fault = (struct fault){ FDATASYNC, 0, ENOSPC, 0 };
    assert_err(ERR_NO_SPACE, file_sync(fd));
}

static void a_lock_keeps_others_out_until_it_is_closed(void **state)
{
    struct temp_path path = temp_file(*state, "lock");
    int first AUTO(fd_close) = -1, second AUTO(fd_close) = -1;

    assert_err(OK, file_lock(path.text, &first));
    assert_err(ERR_IN_USE, file_lock(path.text, &second));
    assert_int_equal(-1, second);
    fd_close(&first);
    assert_err(OK, file_lock(path.text, &second));
}

static void a_folder_is_made_once(void **state)
{
    struct temp_path path = temp_file(*state, "vault");
    struct stat status;

    assert_err(OK, folder_make(path.text, 0700));
    assert_int_equal(0, stat(path.text, &status));
    assert_true(S_ISDIR(status.st_mode));
    assert_err(ERR_EXISTS, folder_make(path.text, 0700));
    assert_err(ERR_NOT_FOUND, folder_sync(temp_file(*state, "nowhere").text));
}

static void paths_join_unless_the_second_is_absolute(void **state)
{
    char path[10];

    (void)state;
    assert_err(OK, path_join("/var", "x", path, sizeof(path)));
    assert_string_equal("/var/x", path);
    assert_err(OK, path_join("/var", "/etc/x", path, sizeof(path)));
    assert_string_equal("/etc/x", path);
    assert_err(OK, path_join("/var", "1234", path, sizeof(path)));
    assert_err(ERR_LIMIT, path_join("/var", "12345", path, sizeof(path)));
}

static void closing_twice_and_closing_nothing_keep_errno(void **state)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    (void)state;
    errno = EXDEV;
    fd_close(&fd);
    fd_close(&fd);
    assert_int_equal(-1, fd);
    assert_int_equal(EXDEV, errno);
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, folder_new, folder_done)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(replacing_makes_a_file_with_just_the_mode_asked_for),
        FILE_TEST(a_replacement_that_fails_leaves_the_old_file_whole),
        FILE_TEST(a_name_that_may_not_be_durable_is_an_error),
        FILE_TEST(creating_never_overwrites),
        FILE_TEST(a_creation_that_fails_leaves_nothing),
        FILE_TEST(reading_takes_up_to_the_maximum_and_no_more),
        FILE_TEST(a_file_of_many_steps_is_read_whole),
        FILE_TEST(a_key_file_that_others_may_read_is_refused),
        FILE_TEST(a_key_file_of_another_user_is_refused),
        FILE_TEST(a_folder_is_no_key_file),
        FILE_TEST(writing_goes_on_after_short_counts_and_signals),
        FILE_TEST(reading_past_the_end_is_damage),
        FILE_TEST(a_sync_that_fails_is_reported),
        FILE_TEST(a_lock_keeps_others_out_until_it_is_closed),
        FILE_TEST(a_folder_is_made_once),
        cmocka_unit_test(paths_join_unless_the_second_is_absolute),
        cmocka_unit_test(closing_twice_and_closing_nothing_keep_errno),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
