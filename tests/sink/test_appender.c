#include "test.h"

#include <sys/stat.h>

#include "base/file.h"
#include "sink/appender.h"

static void assert_file(const char *path, const char *wanted)
{
    struct buf text AUTO(buf_done) = { .max = 4096 };

    assert_err(OK, file_read(path, &text));
    assert_bytes(bytes_str(wanted), buf_bytes(&text));
}

static void append(struct appender *appender, const char *lines)
{
    struct why why = { 0 };

    assert_err(OK, appender_append(appender, bytes_str(lines), &why));
}

static void lines_stand_one_after_the_other(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    const struct temp_path path = temp_file(&temp, "log");
    struct appender appender AUTO(appender_done);
    (void)state;

    appender_init(&appender, path.text);
    append(&appender, "a\nb\n");
    append(&appender, "c\n");
    assert_file(path.text, "a\nb\nc\n");
}

static void a_file_that_is_there_is_gone_on_with(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    const struct temp_path path = temp_file(&temp, "log");
    struct appender appender AUTO(appender_done);
    (void)state;

    assert_err(OK, file_create(path.text, bytes_lit("old\n"), 0600));
    appender_init(&appender, path.text);
    append(&appender, "new\n");
    assert_file(path.text, "old\nnew\n");
}

static void a_torn_line_is_ended_first(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    const struct temp_path path = temp_file(&temp, "log");
    struct appender appender AUTO(appender_done);
    (void)state;

    assert_err(OK, file_create(path.text, bytes_lit("whole\nhal"), 0600));
    appender_init(&appender, path.text);
    append(&appender, "next\n");
    assert_file(path.text, "whole\nhal\nnext\n");
}

static void a_file_that_was_moved_or_removed_is_made_anew(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    const struct temp_path path = temp_file(&temp, "log"), moved = temp_file(&temp, "log.1");
    struct appender appender AUTO(appender_done);
    (void)state;

    appender_init(&appender, path.text);
    append(&appender, "a\n");
    assert_int_equal(0, rename(path.text, moved.text));
    append(&appender, "b\n");
    assert_file(moved.text, "a\n");
    assert_file(path.text, "b\n");
    assert_int_equal(0, unlink(path.text));
    append(&appender, "c\n");
    assert_file(path.text, "c\n");
}

/* As logrotate's copytruncate leaves it. */
static void a_file_that_was_emptied_begins_again(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    const struct temp_path path = temp_file(&temp, "log");
    struct appender appender AUTO(appender_done);
    (void)state;

    appender_init(&appender, path.text);
    append(&appender, "a\n");
    assert_int_equal(0, truncate(path.text, 0));
    append(&appender, "b\n");
    assert_file(path.text, "b\n");
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    const struct temp_path pipe = temp_file(&temp, "pipe");
    struct appender appender AUTO(appender_done);
    struct why why = { 0 };
    (void)state;

    assert_int_equal(0, mkfifo(pipe.text, 0600));
    appender_init(&appender, pipe.text);
    assert_err(ERR_CONFIG, appender_append(&appender, bytes_lit("a\n"), &why));
    assert_non_null(strstr(why.text, "is not a regular file"));
}

static void append_beyond_the_limit(void *argument)
{
    const struct rlimit limit = { 8, 8 };
    struct appender *appender = argument;
    struct why why = { 0 };
    enum err err;

    (void)signal(SIGXFSZ, SIG_IGN);
    (void)setrlimit(RLIMIT_FSIZE, &limit);
    err = appender_append(appender, bytes_lit("123456789\n"), &why);
    _exit(err == OK ? 0 : 1);
}

static void what_did_not_fit_is_not_left_there_in_part(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    const struct temp_path path = temp_file(&temp, "log");
    struct appender appender AUTO(appender_done);
    (void)state;

    appender_init(&appender, path.text);
    append(&appender, "a\n");
    assert_int_equal(1, WEXITSTATUS(child_status(append_beyond_the_limit, &appender)));
    assert_file(path.text, "a\n");
    append(&appender, "b\n");
    assert_file(path.text, "a\nb\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_stand_one_after_the_other),
        cmocka_unit_test(a_file_that_is_there_is_gone_on_with),
        cmocka_unit_test(a_torn_line_is_ended_first),
        cmocka_unit_test(a_file_that_was_moved_or_removed_is_made_anew),
        cmocka_unit_test(a_file_that_was_emptied_begins_again),
        cmocka_unit_test(what_is_no_file_is_refused_without_waiting),
        cmocka_unit_test(what_did_not_fit_is_not_left_there_in_part),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
