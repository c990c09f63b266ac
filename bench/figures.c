#include "bench/figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double us_per_ns = 0.001;

static const struct {
    const char *name, *unit;
    double share; /* of the latencies; -1: none of them */
} kinds[FIGURES] = {
    [FIGURE_RATE] = { "requests_per_second", "/s", -1 },
    [FIGURE_P50] = { "p50", "us", 0.5 },
    [FIGURE_P90] = { "p90", "us", 0.9 },
    [FIGURE_P99] = { "p99", "us", 0.99 },
    [FIGURE_P99_9] = { "p99.9", "us", 0.999 },
    [FIGURE_MAX] = { "max", "us", 1 },
    [FIGURE_SERVER_CPU] = { "cpu_us_per_request", "us", -1 },
    [FIGURE_CLIENT_CPU] = { "client_cpu_us_per_request", "us", -1 },
    [FIGURE_CONNECTION] = { "bytes_per_connection", "bytes", -1 },
    [FIGURE_RESIDENT] = { "resident_bytes", "bytes", -1 },
    [FIGURE_BATCH] = { "entries_per_sync", "", -1 },
    [FIGURE_SYNC] = { "sync_us", "us", -1 },
    [FIGURE_SYNC_P99] = { "sync_p99_us", "us", -1 },
    [FIGURE_DISK] = { "disk_bytes_per_request", "bytes", -1 },
    [FIGURE_CALLS] = { "syscalls_per_request", "", -1 },
    [FIGURE_READS] = { "reads_per_request", "", -1 },
    [FIGURE_WRITES] = { "writes_per_request", "", -1 },
    [FIGURE_EPOLL_CTLS] = { "epoll_ctls_per_request", "", -1 },
    [FIGURE_MALLOCS] = { "mallocs_per_request", "", -1 },
};

const char *figure_name(enum figure figure)
{
    return kinds[figure].name;
}

static uint64_t answers_in_time(const struct tally *tally)
{
    uint64_t answers = 0;

    for (size_t i = 0; i < SLICES; i++)
        answers += tally->slices[i];
    return answers;
}

static void add_vitals(struct sample samples[FIGURES], const struct round *round)
{
    const double syncs = round->after.syncs - round->before.syncs;

    if (!round->has_vitals || syncs <= 0)
        return;
    sample_add(&samples[FIGURE_BATCH], (round->after.entries - round->before.entries) / syncs);
    sample_add(&samples[FIGURE_SYNC_P99], vitals_sync_us(&round->before, &round->after, 0.99));
    sample_add(&samples[FIGURE_SYNC], (round->after.sync_s - round->before.sync_s) / syncs * 1e6);
}

void figures_add_counts(struct figures *figures, const double counts[TRACED_KINDS])
{
    for (size_t i = 0; i < TRACED_KINDS; i++)
        sample_add(&figures->samples[FIGURE_CALLS + i], counts[i]);
}

void figures_add(struct figures *figures, const struct round *round)
{
    const struct tally *tally = &round->tally;
    const double all = (double)(tally->good + tally->bad);
    const double in_time = (double)(figures->is_counted ? tally->good : answers_in_time(tally));
    struct sample *samples = figures->samples;

    tally_merge(&figures->total, tally);
    sample_add(&samples[FIGURE_RATE], in_time / round->seconds);
    if (tally->good > 0)
        for (size_t i = 0; i < FIGURES; i++)
            if (kinds[i].share >= 0)
                sample_add(&samples[i],
                           (double)histogram_at(&tally->latency_ns, kinds[i].share) * us_per_ns);
    if (all > 0) {
        sample_add(&samples[FIGURE_SERVER_CPU], round->server_cpu_us / all);
        sample_add(&samples[FIGURE_CLIENT_CPU], round->client_cpu_us / all);
        sample_add(&samples[FIGURE_DISK], round->written_bytes / all);
    } else {
        sample_add(&samples[FIGURE_CONNECTION],
                   (round->resident_after - round->resident_before) / figures->connections);
    }
    sample_add(&samples[FIGURE_RESIDENT], round->resident_after);
    add_vitals(samples, round);
    if (!figures->is_counted && tally_drift(tally) > STEADY_SHARE)
        figures->unsteady++;
}

double figures_median(const struct figures *figures, enum figure figure)
{
    return sample_median(&figures->samples[figure]);
}

static void print_codes(const struct figures *figures)
{
    const struct tally *total = &figures->total;

    for (size_t i = 0; i < total->code_count; i++)
        (void)printf("  error %-31s %14llu\n", total->codes[i].code,
                     (unsigned long long)total->codes[i].count);
}

void figures_print(const struct figures *figures)
{
    const size_t rounds = figures->samples[FIGURE_RATE].count;

    (void)printf("%s, %u connections, %zu round%s", figures->name, figures->connections, rounds,
                 rounds == 1 ? "" : "s");
    if (figures->rate > 0)
        (void)printf(", %.0f a second were due", figures->rate);
    (void)printf("\n  %-30s %14s       spread\n", "", "median");
    for (size_t i = 0; i < FIGURES; i++) {
        const struct sample *sample = &figures->samples[i];

        if (sample->count > 0)
            (void)printf("  %-30s %14.1f %-5s +/- %.1f %%\n", kinds[i].name, sample_median(sample),
                         kinds[i].unit, sample_spread(sample) * 100);
    }
    print_codes(figures);
    if (figures->unsteady > 0)
        (void)printf("  %u round%s had not settled: its halves differ by more than %.0f %%\n",
                     figures->unsteady, figures->unsteady == 1 ? "" : "s", STEADY_SHARE * 100);
}
