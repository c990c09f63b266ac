/*
 * What a command says on standard output and standard error, and how it ends: it runs in a child.
 */
#ifndef PANGATE_TESTS_CLI_TOLD_H
#define PANGATE_TESTS_CLI_TOLD_H

#include "test.h"

#include <argp.h>
#include <string.h>

#include "base/file.h"
#include "cli/command.h"

struct told {
    int exit; /* below zero: it was killed */
    char out[8192], err[8192];
};

static inline void told_read(const struct temp *temp, const char *name, char ret_text[8192])
{
    struct buf text AUTO(buf_done) = { 0 };

    buf_init(&text, 8191);
    assert_err(OK, file_read(temp_file(temp, name).text, &text));
    memcpy(ret_text, text.data == NULL ? "" : (const char *)text.data, text.size);
    ret_text[text.size] = '\0';
}

static inline void told_send(const struct temp *temp, const char *name, int fd)
{
    int file = open(temp_file(temp, name).text, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (file < 0 || dup2(file, fd) < 0)
        _exit(99);
}

/* Run run(argument) in a child; what it returns is its exit code. */
static inline void told_of(int (*run)(void *argument), void *argument, struct told *ret_told)
{
    struct temp temp AUTO(temp_done) = temp_new();
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        told_send(&temp, "out", STDOUT_FILENO);
        told_send(&temp, "err", STDERR_FILENO);
        argp_err_exit_status = EXIT_USAGE;
        exit(run(argument));
    }
    assert_int_equal(child, waitpid(child, &status, 0));
    ret_told->exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    told_read(&temp, "out", ret_told->out);
    told_read(&temp, "err", ret_told->err);
}

#endif
