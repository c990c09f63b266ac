/*
 * What a process asks of the kernel and of malloc, counted by `perf stat` while it works. Counting
 * costs time, so it has a round of its own, whose times nobody looks at.
 */
#ifndef PANGATE_BENCH_TRACE_H
#define PANGATE_BENCH_TRACE_H

#include <stdbool.h>
#include <sys/types.h>

enum traced {
    TRACED_CALLS, /* of the system, all of them */
    TRACED_READS, /* read, recv and their like */
    TRACED_WRITES,
    TRACED_EPOLL_CTLS,
    TRACED_MALLOCS, /* with calloc and realloc */
    TRACED_KINDS
};

struct trace {
    pid_t perf;
    int report; /* a file in memory, which perf writes to */
};

/* False where perf is missing or may not be used. */
bool trace_start(int pid, struct trace *ret_trace);

/* Counts since; NAN for what could not be counted. */
void trace_stop(struct trace *trace, double ret_counts[TRACED_KINDS]);

/* Read a report of `perf stat -x,`; part of trace_stop(). */
void trace_read(const char *text, double ret_counts[TRACED_KINDS]);

#endif
