#include "gateway/exporter_metrics.h"

#include "gateway/metric_text.h"

enum { LABELS_SIZE = 2 * CONFIG_NAME_SIZE + 16, MS_PER_S = 1000 };

enum figure { POSITION, BEHIND, BEHIND_S, PARCELS, ERRORS, SUCCESS, FIGURES };

static const struct metric metrics[FIGURES] = {
    [POSITION] = { "sink_position", "gauge", "Entries of the log that have arrived at a sink." },
    [BEHIND] = { "sink_behind_entries", "gauge", "Entries that a sink does not have yet." },
    [BEHIND_S] = { "sink_behind_seconds", "gauge",
                   "How long a sink has not had all entries; 0: it has." },
    [PARCELS] = { "sink_parcels_total", "counter", "Parcels that arrived at a sink." },
    [ERRORS] = { "sink_errors_total", "counter", "Attempts that failed." },
    [SUCCESS] = { "sink_last_success_timestamp_seconds", "gauge",
                  "When a parcel arrived last; 0: not since the start." },
};

static double value_of(const struct sink_stats *stats, enum figure figure)
{
    const double values[FIGURES] = {
        [POSITION] = (double)stats->position,
        [BEHIND] = (double)stats->behind,
        [BEHIND_S] = (double)stats->behind_ms / MS_PER_S,
        [PARCELS] = (double)stats->parcels,
        [ERRORS] = (double)stats->errors,
        [SUCCESS] = (double)stats->arrived_ms / MS_PER_S,
    };

    return values[figure];
}

static void write_figure(const struct exporters *exporters, enum figure figure, struct buf *body)
{
    metric_begin(body, &metrics[figure]);
    for (size_t i = 0; i < exporters->count; i++) {
        struct exporter_health health;
        char labels[LABELS_SIZE];

        exporter_health(&exporters->list[i], &health);
        metric_label("sink", exporters->list[i].config.name, labels, sizeof(labels));
        metric_sample(body, metrics[figure].name, labels, value_of(&health.stats, figure));
    }
}

void exporter_metrics_write(const struct exporters *exporters, struct buf *body)
{
    if (exporters == NULL || exporters->count == 0)
        return;
    for (int figure = 0; figure < FIGURES; figure++)
        write_figure(exporters, (enum figure)figure, body);
}
