#include "bench/match.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/disk.h"
#include "bench/figures.h"
#include "bench/setup.h"

enum { GATEWAY = PEER_KINDS, SIDES, MANY = 256, BURST = 60000, SYNCS_EACH = 100 };

/* Memory comes first: a process that has been busy has some left over. */
static const struct match matches[] = {
    { "idle, 2,000 connections", "idle", 2000, 0, false, 0, 0 },
    { "constant at 32", "constant", 32, 0, false, 1.0, 0 },
    { "inspect at 32", "inspect", 32, 0, false, 1.2, 0.85 },
    { "detokenize at 32", "detokenize", 32, 0, false, 1.6, 0 },
    { "detokenize at 256", "detokenize", MANY, 0, false, 0, 0.55 },
    { "tokenize at 32", "tokenize", 32, 0, false, 3.2, 0 },
    { "tokenize, a burst of 60,000 at 256", "tokenize", MANY, BURST, true, 0, 0.35 },
    { "handshake at 32", "handshake", 32, 0, false, 1.05, 0 },
};

const struct match *match_at(size_t index)
{
    return index < sizeof(matches) / sizeof(matches[0]) ? &matches[index] : NULL;
}

void arena_done(struct arena *arena)
{
    for (size_t i = 0; i < PEER_KINDS; i++)
        peer_stop(&arena->peers[i]);
}

struct side { /* the gateway or a peer, in one match */
    bool plays;
    int pid;
    struct setup setup;
    struct figures figures;
};

struct contest {
    const struct match *match;
    struct arena *arena;
    struct options options;
    struct side sides[SIDES];
};

static void contest_free(struct contest **contest)
{
    if (*contest == NULL)
        return;
    for (size_t i = 0; i < SIDES; i++)
        setup_done(&(*contest)->sides[i].setup);
    free(*contest);
}

/* A peer speaks as the first client; where nothing is asked at all, as the gateway is. */
static enum err contest_add_peer(struct contest *contest, enum peer_kind kind, struct why *why)
{
    const struct peer_server *server = &contest->arena->peers[kind];
    const struct options *options = &contest->options;
    const struct client client = { options->ca, options->cert, options->key };
    struct side *side = &contest->sides[kind];
    struct group *group = &side->setup.plan.groups[0];
    char url[64];

    (void)snprintf(url, sizeof(url), "https://127.0.0.1:%u", server->port);
    TRY(target_open(url, &client, why, &side->setup.targets[0]));
    side->setup.target_count = 1;
    side->setup.plan.group_count = 1;
    side->setup.plan.habit = work_find(contest->match->work)->habit;
    group->target = &side->setup.targets[0];
    peer_script(kind, group->target->authority, &group->script);
    side->pid = server->pid;
    side->plays = true;
    return OK;
}

static void contest_name(struct contest *contest)
{
    for (size_t i = 0; i < SIDES; i++) {
        struct figures *figures = &contest->sides[i].figures;

        (void)snprintf(figures->name, sizeof(figures->name), "%s",
                       i == GATEWAY ? "gateway" : peer_name((enum peer_kind)i));
        figures->connections = contest->match->connections;
        figures->is_counted = contest->match->count > 0;
    }
}

static enum err contest_prepare(struct contest *contest, struct why *why)
{
    const struct match *match = contest->match;
    struct side *gateway = &contest->sides[GATEWAY];

    contest->options = *contest->arena->options;
    contest->options.connections = match->connections;
    contest->options.count = match->count;
    contest_name(contest);
    TRY(setup_make(&contest->options, work_find(match->work), why, &gateway->setup));
    gateway->pid = contest->options.pid;
    gateway->plays = true;
    for (enum peer_kind kind = 0; kind < PEER_KINDS; kind++)
        if (contest->arena->peers[kind].pid > 0 && (kind == PEER_NGINX || match->has_tables))
            TRY(contest_add_peer(contest, kind, why));
    return OK;
}

static enum err contest_play_side(struct contest *contest, unsigned turn, struct round *round,
                                  struct why *why)
{
    struct side *side = &contest->sides[turn % SIDES];
    struct course course = { &side->setup.plan, &contest->options, side->pid, "" };

    (void)snprintf(course.label, sizeof(course.label), "%s, %s, round %u of %u",
                   contest->match->name, side->figures.name, turn / SIDES + 1,
                   contest->options.rounds);
    TRY(round_run(&course, why, round));
    figures_add(&side->figures, round);
    if (turn % SIDES != GATEWAY)
        return OK;
    return disk_measure(contest->options.folder, SYNCS_EACH, &contest->arena->syncs_ns);
}

static enum err contest_play(struct contest *contest, struct why *why)
{
    struct round *round = calloc(1, sizeof(*round));
    enum err err = round == NULL ? ERR_MEMORY : OK;

    contest->arena->syncs_ns = (struct histogram){ 0 };
    for (unsigned turn = 0; turn < contest->options.rounds * SIDES && err == OK; turn++)
        if (contest->sides[turn % SIDES].plays)
            err = contest_play_side(contest, turn, round, why);
    free(round);
    return err;
}

static void print_bar(double bar)
{
    if (bar > 0)
        (void)printf(" (bar %.2f)", bar);
}

static void print_ratio(const struct contest *contest, const struct side *peer, enum figure figure,
                        double bar)
{
    const struct sample *ours = &contest->sides[GATEWAY].figures.samples[figure];
    const struct sample *theirs = &peer->figures.samples[figure];
    struct comparison comparison;

    if (!peer->plays || ours->count == 0 || theirs->count == 0 || sample_median(theirs) == 0)
        return;
    comparison = sample_compare(theirs, ours);
    (void)printf("  %-26s %.2f x %s +/- %.2f", figure_name(figure), comparison.ratio,
                 peer->figures.name, comparison.noise * comparison.ratio);
    print_bar(bar);
    (void)printf("\n");
}

/* c requests are under way at once: each costs CPU time, and waits for a sync and a quarter. */
static void print_share(const struct contest *contest)
{
    const struct figures *figures = &contest->sides[GATEWAY].figures;
    const double c = contest->match->connections;
    const double cpu_us =
        figures_median(figures, FIGURE_SERVER_CPU) + figures_median(figures, FIGURE_CLIENT_CPU);
    const double cores = (double)sysconf(_SC_NPROCESSORS_ONLN);
    const double sync_us = (double)histogram_at(&contest->arena->syncs_ns, 0.5) / 1000;
    const double possible = c / ((c * cpu_us / cores + 1.25 * sync_us) / 1e6);

    if (strcmp(contest->match->work, "detokenize") != 0 || isnan(possible))
        return;
    (void)printf("  share of what is possible  %.2f of %.0f /s, by %.1f us of CPU and a sync of "
                 "%.0f us (bar 0.80 at 32)\n",
                 figures_median(figures, FIGURE_RATE) / possible, possible, cpu_us, sync_us);
}

/* A process keeps what connections before left behind: only the greatest figure is a whole one. */
static void keep_greatest(struct sample *sample)
{
    struct sample greatest = { 0 };

    for (size_t i = 1; i < sample->count; i++)
        if (sample->values[i] > sample->values[0])
            sample->values[0] = sample->values[i];
    if (sample->count > 0)
        sample_add(&greatest, sample->values[0]);
    *sample = greatest;
}

static void contest_print(const struct contest *contest)
{
    const struct match *match = contest->match;

    (void)printf("%s\n", match->name);
    for (size_t i = 0; i < SIDES; i++) {
        const struct figures *figures = &contest->sides[i].figures;

        if (!contest->sides[i].plays)
            continue;
        (void)printf("  %-12s %9.0f /s  p50 %6.0f  p99 %7.0f us  server %6.1f us  client %5.1f us",
                     figures->name, figures_median(figures, FIGURE_RATE),
                     figures_median(figures, FIGURE_P50), figures_median(figures, FIGURE_P99),
                     figures_median(figures, FIGURE_SERVER_CPU),
                     figures_median(figures, FIGURE_CLIENT_CPU));
        if (figures->samples[FIGURE_CONNECTION].count > 0)
            (void)printf("  %.0f bytes", figures_median(figures, FIGURE_CONNECTION));
        (void)printf("%s\n", figures->total.bad > 0 ? "  WITH ERRORS" : "");
        for (size_t n = 0; n < figures->total.code_count; n++)
            (void)printf("    error %s: %llu\n", figures->total.codes[n].code,
                         (unsigned long long)figures->total.codes[n].count);
    }
    print_ratio(contest, &contest->sides[PEER_NGINX], FIGURE_SERVER_CPU, match->cpu_bar);
    print_ratio(contest, &contest->sides[PEER_NGINX], FIGURE_CONNECTION, 1.1);
    print_ratio(contest, &contest->sides[PEER_NGINX], FIGURE_RATE, match->rate_bar);
    print_ratio(contest, &contest->sides[PEER_POSTGRES], FIGURE_RATE, 2);
    print_ratio(contest, &contest->sides[PEER_REDIS], FIGURE_RATE, 0.8);
    print_share(contest);
    (void)printf("\n");
    (void)fflush(stdout);
}

enum err match_run(const struct match *match, struct arena *arena, struct why *why)
{
    struct contest *contest AUTO(contest_free) = calloc(1, sizeof(*contest));

    if (contest == NULL)
        return ERR_MEMORY;
    contest->match = match;
    contest->arena = arena;
    TRY(contest_prepare(contest, why));
    TRY(contest_play(contest, why));
    for (size_t i = 0; i < SIDES; i++)
        keep_greatest(&contest->sides[i].figures.samples[FIGURE_CONNECTION]);
    contest_print(contest);
    return OK;
}
