/*
 * Other programs, run to the end or left running.
 */
#ifndef PANGATE_BENCH_PROGRAM_H
#define PANGATE_BENCH_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct program {
    const char *const *words; /* its path, its arguments, NULL */
    const char *user;         /* become this one if we are root; NULL: stay */
    const char *input;        /* a file for its standard input; NULL: nothing */
    bool is_quiet;            /* what it complains of goes nowhere, too */
};

/* Its standard output goes nowhere; what it complains of goes to ours. */
enum err program_start(const struct program *program, pid_t *ret_pid);

/* OK if it exits with 0. */
enum err program_run(const struct program *program);

bool program_has_ended(pid_t pid);

/* SIGTERM, and SIGKILL if that does not help; waits for its end. */
void program_stop(pid_t pid);

/* The same with SIGINT, for one that says its last words only then. */
void program_interrupt(pid_t pid);

#endif
