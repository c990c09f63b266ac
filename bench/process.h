/*
 * What a process and its children cost, as the kernel counts it (/proc).
 */
#ifndef PANGATE_BENCH_PROCESS_H
#define PANGATE_BENCH_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

struct process_cost {
    int64_t cpu_ns;          /* of all threads, of it and its children */
    int64_t user_ns, sys_ns; /* the same, parted, in coarse steps */
    int64_t resident_bytes;  /* memory shared between them counted once per process */
    int64_t written_bytes;   /* sent to the disk */
};

/* False if there is no such process, or nothing may be known of it. */
bool process_measure(int pid, struct process_cost *ret_cost);

/* CPU time of this process. */
int64_t process_own_cpu_ns(void);

#endif
