/*
 * Lines of Prometheus' text exposition format, version 0.0.4.
 */
#ifndef PANGATE_GATEWAY_METRIC_TEXT_H
#define PANGATE_GATEWAY_METRIC_TEXT_H

#include <stdint.h>

#include "base/buf.h"

/* HELP and TYPE ("counter", "gauge", "histogram"). Names get the prefix `pangate_`. */
struct metric {
    const char *name, *type, *help;
};
void metric_begin(struct buf *body, const struct metric *metric);

/* name="value", for a value that is not ours: it is escaped, and may become twice as long. The
 * array must hold it. */
void metric_label(const char *name, const char *value, char *ret_label, size_t size);

/* One sample; `labels` is what stands in the braces, or "". */
void metric_sample(struct buf *body, const char *name, const char *labels, double value);

/* HELP, TYPE and a sample without labels. */
void metric_single(struct buf *body, const struct metric *metric, double value);

/* A histogram from counts per bucket: bucket i holds what took at most first_s * 2^i seconds,
 * the last one everything else. */
struct metric_histogram {
    const uint64_t *buckets;
    size_t count; /* without the last */
    double first_s, sum_s;
};
void metric_histogram_write(struct buf *body, const struct metric *metric,
                            const struct metric_histogram *histogram);

#endif
