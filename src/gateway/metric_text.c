#include "gateway/metric_text.h"

#include "base/must.h"

void metric_begin(struct buf *body, const struct metric *metric)
{
    buf_format(body, "# HELP pangate_%s %s\n# TYPE pangate_%s %s\n", metric->name, metric->help,
               metric->name, metric->type);
}

void metric_label(const char *name, const char *value, char *ret_label, size_t size)
{
    struct buf label;

    buf_init_fixed(&label, ret_label, size - 1);
    buf_format(&label, "%s=\"", name);
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\' || *value == '\n')
            buf_add_u8(&label, '\\');
        buf_add_u8(&label, *value == '\n' ? 'n' : (uint8_t)*value);
    }
    buf_add_u8(&label, '"');
    must(buf_check(&label) == OK);
    ret_label[label.size] = '\0';
}

void metric_sample(struct buf *body, const char *name, const char *labels, double value)
{
    const char *open = labels[0] == '\0' ? "" : "{", *close = labels[0] == '\0' ? "" : "}";

    buf_format(body, "pangate_%s%s%s%s %.17g\n", name, open, labels, close, value);
}

void metric_single(struct buf *body, const struct metric *metric, double value)
{
    metric_begin(body, metric);
    metric_sample(body, metric->name, "", value);
}

void metric_histogram_write(struct buf *body, const struct metric *metric,
                            const struct metric_histogram *histogram)
{
    double bound = histogram->first_s;
    uint64_t total = 0;

    metric_begin(body, metric);
    for (size_t i = 0; i < histogram->count; i++, bound *= 2) {
        total += histogram->buckets[i];
        buf_format(body, "pangate_%s_bucket{le=\"%.9g\"} %llu\n", metric->name, bound,
                   (unsigned long long)total);
    }
    total += histogram->buckets[histogram->count];
    buf_format(body, "pangate_%s_bucket{le=\"+Inf\"} %llu\n", metric->name,
               (unsigned long long)total);
    buf_format(body, "pangate_%s_sum %.9g\npangate_%s_count %llu\n", metric->name, histogram->sum_s,
               metric->name, (unsigned long long)total);
}
