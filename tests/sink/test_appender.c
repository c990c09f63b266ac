#include "test.h"

#include <sys/stat.h>

#include "base/file.h"
#include "sink/appender.h"

struct scene {
    struct temp temp;
    struct temp_path path;
    struct appender appender; /* of the path, at which there is nothing yet */
};

static int begin(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    assert_non_null(scene);
    scene->temp = temp_new();
    scene->path = temp_file(&scene->temp, "log");
    appender_init(&scene->appender, scene->path.text);
    *state = scene;
    return 0;
}

static int end(void **state)
{
    struct scene *scene = *state;

    appender_done(&scene->appender);
    temp_done(&scene->temp);
    free(scene);
    return 0;
}

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
    struct scene *scene = *state;

    append(&scene->appender, "a\nb\n");
    append(&scene->appender, "c\n");
    assert_file(scene->path.text, "a\nb\nc\n");
}

static void a_file_that_is_there_is_gone_on_with(void **state)
{
    struct scene *scene = *state;

    assert_err(OK, file_create(scene->path.text, bytes_lit("old\n"), 0600));
    append(&scene->appender, "new\n");
    assert_file(scene->path.text, "old\nnew\n");
}

static void a_torn_line_is_ended_first(void **state)
{
    struct scene *scene = *state;

    assert_err(OK, file_create(scene->path.text, bytes_lit("whole\nhal"), 0600));
    append(&scene->appender, "next\n");
    assert_file(scene->path.text, "whole\nhal\nnext\n");
}

static void a_file_that_was_moved_or_removed_is_made_anew(void **state)
{
    struct scene *scene = *state;
    const struct temp_path moved = temp_file(&scene->temp, "log.1");

    append(&scene->appender, "a\n");
    assert_int_equal(0, rename(scene->path.text, moved.text));
    append(&scene->appender, "b\n");
    assert_file(moved.text, "a\n");
    assert_file(scene->path.text, "b\n");
    assert_int_equal(0, unlink(scene->path.text));
    append(&scene->appender, "c\n");
    assert_file(scene->path.text, "c\n");
}

/* As logrotate's copytruncate leaves it. */
static void a_file_that_was_emptied_begins_again(void **state)
{
    struct scene *scene = *state;

    append(&scene->appender, "a\n");
    assert_int_equal(0, truncate(scene->path.text, 0));
    append(&scene->appender, "b\n");
    assert_file(scene->path.text, "b\n");
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
    struct scene *scene = *state;
    struct why why = { 0 };

    assert_int_equal(0, mkfifo(scene->path.text, 0600));
    assert_err(ERR_CONFIG, appender_append(&scene->appender, bytes_lit("a\n"), &why));
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
    struct scene *scene = *state;

    append(&scene->appender, "a\n");
    assert_int_equal(1, WEXITSTATUS(child_status(append_beyond_the_limit, &scene->appender)));
    assert_file(scene->path.text, "a\n");
    append(&scene->appender, "b\n");
    assert_file(scene->path.text, "a\nb\n");
}

static void several_may_append_in_turn(void **state)
{
    struct scene *scene = *state;
    struct appender other AUTO(appender_done);

    appender_init(&other, scene->path.text);
    append(&other, "a\n");
    append(&scene->appender, "b\n");
    append(&other, "c\n");
    assert_file(scene->path.text, "a\nb\nc\n");
}

static void while_another_appends_nothing_is_written(void **state)
{
    struct scene *scene = *state;
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd AUTO(fd_close) = open(scene->path.text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct why why = { 0 };

    assert_int_equal(0, fcntl(fd, F_OFD_SETLK, &lock));
    assert_err(ERR_IN_USE, appender_append(&scene->appender, bytes_lit("a\n"), &why));
    assert_non_null(strstr(why.text, scene->path.text));
    assert_file(scene->path.text, "");
    fd_close(&fd);
    append(&scene->appender, "a\n");
    assert_file(scene->path.text, "a\n");
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FILE(lines_stand_one_after_the_other),
        WITH_FILE(a_file_that_is_there_is_gone_on_with),
        WITH_FILE(a_torn_line_is_ended_first),
        WITH_FILE(a_file_that_was_moved_or_removed_is_made_anew),
        WITH_FILE(a_file_that_was_emptied_begins_again),
        WITH_FILE(what_is_no_file_is_refused_without_waiting),
        WITH_FILE(what_did_not_fit_is_not_left_there_in_part),
        WITH_FILE(several_may_append_in_turn),
        WITH_FILE(while_another_appends_nothing_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
