/*
 * What every unit test shares: cmocka with its includes, assertions that name errors, folders that
 * vanish, and a child process for promises that must stop the program.
 */
#ifndef PANGATE_TESTS_TEST_H
#define PANGATE_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/err.h"

enum { TEST_PATH_SIZE = 512, TEST_SKIPPED = 77 };

/* Both errors by name when they differ. */
#define assert_err(expected, expr)                                                                 \
    do {                                                                                           \
        enum err got_ = (expr), expected_ = (expected);                                            \
        if (got_ != expected_) {                                                                   \
            print_error("%s is %s, not %s\n", #expr, err_name(got_), err_name(expected_));         \
            _fail(__FILE__, __LINE__);                                                             \
        }                                                                                          \
    } while (0)

/* Sizes first, so that a difference in length reads as one. */
#define assert_bytes(expected, got) assert_bytes_at(expected, got, __FILE__, __LINE__)

static inline void assert_bytes_at(struct bytes expected, struct bytes got, const char *file,
                                   int line)
{
    _assert_int_equal(expected.size, got.size, file, line);
    if (expected.size > 0)
        _assert_memory_equal(expected.data, got.data, expected.size, file, line);
}

/* A folder of the test's own: struct temp temp AUTO(temp_done) = temp_new(); */
struct temp {
    char path[64];
};

static inline struct temp temp_new(void)
{
    struct temp temp = { "/tmp/pangate-test-XXXXXX" };

    assert_non_null(mkdtemp(temp.path));
    return temp;
}

static inline int temp_remove_one(const char *path, const struct stat *status, int kind,
                                  struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

/* Removes all that is in it, too. An assertion that fails jumps past this: the folder then stays
 * for whoever looks into it. */
static inline void temp_done(struct temp *temp)
{
    (void)nftw(temp->path, temp_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct temp_path {
    char text[TEST_PATH_SIZE];
};

/* The path of `name` in the folder: temp_file(&temp, "vault").text */
static inline struct temp_path temp_file(const struct temp *temp, const char *name)
{
    struct temp_path path;
    int length = snprintf(path.text, sizeof(path.text), "%s/%s", temp->path, name);

    assert_in_range(length, 1, sizeof(path.text) - 1);
    return path;
}

/* A child that runs run(argument), quietly; its status as waitpid(2) gives it. */
static inline int child_status(void (*run)(void *argument), void *argument)
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = { 0, 0 };
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)signal(SIGABRT, SIG_DFL);
        (void)dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        run(argument);
        _exit(0);
    }
    assert_int_equal(child, waitpid(child, &status, 0));
    return status;
}

/* True if run(argument) ends in abort(), as a broken must() does; it runs in a child. */
static inline bool aborts(void (*run)(void *argument), void *argument)
{
    int status = child_status(run, argument);

    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* The path of a file in the corpora; skips the running test if they are not here. */
static inline struct temp_path corpus_file(const char *name)
{
    const char *folder = getenv("PANGATE_CORPORA");
    struct temp_path path;

    if (folder == NULL)
        skip();
    (void)snprintf(path.text, sizeof(path.text), "%s/%s", folder, name);
    return path;
}

/* What main() returns in a test that uses corpora: a skip that ctest shows. */
static inline int test_result(int failed)
{
    return failed == 0 && getenv("PANGATE_CORPORA") == NULL ? TEST_SKIPPED : failed;
}

#endif
