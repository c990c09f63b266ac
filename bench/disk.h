/*
 * What the disk itself takes to make a write durable.
 */
#ifndef PANGATE_BENCH_DISK_H
#define PANGATE_BENCH_DISK_H

#include "base/err.h"
#include "bench/histogram.h"

enum { DISK_WRITE_SIZE = 16 * 1024 };

/* `count` times: overwrite DISK_WRITE_SIZE bytes of a preallocated file in the folder, then
 * fdatasync. Adds how long each pair took, in nanoseconds. */
enum err disk_measure(const char *folder, unsigned count, struct histogram *histogram);

#endif
