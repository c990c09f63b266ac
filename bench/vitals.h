/*
 * What a gateway on this machine says of itself: its own /metrics, read over its admin listener.
 */
#ifndef PANGATE_BENCH_VITALS_H
#define PANGATE_BENCH_VITALS_H

#include <stdbool.h>
#include <stddef.h>

struct config;

enum { VITALS_BUCKETS = 32 };

struct vitals {
    double entries; /* decided */
    double syncs;   /* of the journal */
    double sync_s;  /* the time that they took */
    size_t bucket_count;
    double limits_s[VITALS_BUCKETS], within[VITALS_BUCKETS]; /* syncs, cumulative */
};

/* The configuration that a process serves, by its command line; NULL if it is no gateway of ours,
 * or its file cannot be read. Freed with config_free(). */
struct config *vitals_find(int pid);

/* False if it does not answer. */
bool vitals_read(const struct config *config, struct vitals *ret_vitals);

/* Read the text of the page; part of vitals_read(). */
void vitals_parse(const char *text, struct vitals *ret_vitals);

/* What `share` of the syncs between two looks did not exceed, in microseconds: interpolated within
 * a bucket, whose limits are a factor of two apart. NAN if there were none. */
double vitals_sync_us(const struct vitals *before, const struct vitals *after, double share);

#endif
